/** The four states that every panel has: nothing yet, under way, failed, finished. */
import { say, text, type Message } from "../text";
import { PageError } from "../text/message";

export interface Failure {
  /** Stable name of the kind of failure. */
  readonly code: string;
  /** What went wrong, where, and what to do, for people. */
  readonly message: string;
  /** The same as an entry of the catalog, where the core said it. */
  readonly said?: Message;
}

export interface Progress {
  readonly what: string;
  /** Share that is done, 0..1, or `null` where it can't be known. */
  readonly share: number | null;
}

export type Status<Value> =
  | { readonly state: "empty" }
  | { readonly state: "loading"; readonly progress: Progress }
  | { readonly state: "failed"; readonly failure: Failure }
  | { readonly state: "ready"; readonly value: Value };

export const empty: Status<never> = { state: "empty" };

export function loading(what: string, share: number | null = null): Status<never> {
  return { state: "loading", progress: { what, share } };
}

export function ready<Value>(value: Value): Status<Value> {
  return { state: "ready", value };
}

export function failed(error: unknown): Status<never> {
  return { state: "failed", failure: failureOf(error) };
}

export function failureOf(error: unknown): Failure {
  if ((error as Partial<Error> | null)?.name === "AbortError")
    return { code: "cancelled", message: text("page-notice-canceled") };
  if (error instanceof PageError) return { code: error.code, message: say(error.said) };
  if (error instanceof Error) {
    const code = "code" in error && typeof error.code === "string" ? error.code : "unexpected";
    const said = "said" in error ? { said: error.said as Message } : {};
    return { code, message: error.message, ...said };
  }
  return { code: "unexpected", message: String(error) };
}

export function wasCancelled(error: unknown): boolean {
  return failureOf(error).code === "cancelled";
}
