/** What is to be said, before it is put into words: it can be kept, cross threads, and be said in any language. */
import type { Message, Values } from ".";

export type { Message };

export function message(key: string, args: Values = {}): Message {
  return { key, args };
}

export const CANCELLED = message("error-cancelled");

/** Something that went wrong, and what to say of it. `code` is its kind. */
export class PageError extends Error {
  constructor(
    readonly said: Message,
    readonly code = "failed",
  ) {
    // Of an error that leaves a worker, this is all that arrives.
    super(JSON.stringify(said));
    this.name = "PageError";
  }
}

/** What an error says: a message as JSON, where the page or the core threw it, or other software's own words. */
export function saidBy({ message: words }: Error): Message {
  try {
    const said = JSON.parse(words) as Message;
    if (typeof said.key === "string") return said;
  } catch {
    // No JSON.
  }
  return message("error-foreign", { reason: words });
}
