/** Messages before they become sentences: they can be stored, sent between threads, and shown in any language. */
import type { Message, Values } from ".";

export type { Message };

export function message(key: string, args: Values = {}): Message {
  return { key, args };
}

export const CANCELED = message("error-canceled");

/** An error with the message to show. `code` is the kind of error. */
export class PageError extends Error {
  constructor(
    readonly said: Message,
    readonly code = "failed",
  ) {
    // This is all that arrives of an error that leaves a worker.
    super(JSON.stringify(said));
    this.name = "PageError";
  }
}

/** An error's message: it is JSON if the page or the core threw the error; otherwise these are other software's own words. */
export function saidBy({ message: words }: Error): Message {
  try {
    const said = JSON.parse(words) as Message;
    if (typeof said.key === "string") return said;
  } catch {
    // Not JSON.
  }
  return message("error-foreign", { reason: words });
}
