/** What is to be said, before it is put into words: it can be kept, cross threads, and be said in any language. */
import type { Message, Values } from ".";

export type { Message };

export function message(key: string, args: Values = {}): Message {
  return { key, args };
}

/** Something that went wrong in the page itself. `code` is its kind. */
export class PageError extends Error {
  constructor(
    readonly said: Message,
    readonly code = "failed",
  ) {
    // For logs; people read the sentence.
    super(`${said.key} ${JSON.stringify(said.args)}`);
    this.name = "PageError";
  }
}
