/**
 * A link that carries a recipe, and the gallery's model where one is open, in the URL's fragment:
 * `#recipe=…&model=…`. A fragment never reaches any server. The recipe is its JSON as base64url, since braces and
 * quotes in a link do not survive being pasted into chats.
 */
import type { Recipe } from "../../core/protocol";
import { message, PageError } from "../../text/message";

export interface Linked {
  /** The recipe document as text; the core checks it. */
  readonly recipe: string;
  /** A model of the gallery. */
  readonly model: string | null;
}

export function fragmentOf(recipe: Recipe, model: string | null): string {
  const fragment = `#recipe=${toBase64Url(JSON.stringify(recipe))}`;
  return model === null ? fragment : `${fragment}&model=${encodeURIComponent(model)}`;
}

/** What the fragment carries, or `null` where it holds no recipe. Throws where it holds a damaged one. */
export function readFragment(fragment: string): Linked | null {
  const fields = new URLSearchParams(fragment.replace(/^#/, ""));
  const encoded = fields.get("recipe");
  if (encoded === null) return null;
  // A recipe typed by hand is as welcome as one that this page wrote.
  const recipe = encoded.trimStart().startsWith("{") ? encoded : fromBase64Url(encoded);
  return { recipe, model: fields.get("model") };
}

function toBase64Url(text: string): string {
  const binary = Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join("");
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

function fromBase64Url(encoded: string): string {
  try {
    const binary = atob(encoded.replaceAll("-", "+").replaceAll("_", "/"));
    const bytes = Uint8Array.from(binary, (character) => character.charCodeAt(0));
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new PageError(message("page-error-link-damaged"));
  }
}
