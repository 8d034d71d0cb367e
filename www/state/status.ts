/** The four states that every panel has: nothing yet, under way, failed, finished. */
import { say, type Message } from "../text";
import { CANCELED, message, saidBy } from "../text/message";

export interface Failure {
  /** Stable name of the kind of failure. */
  readonly code: string;
  /** What went wrong, where, and what to do. */
  readonly said: Message;
  /** The same in words. */
  readonly message: string;
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
  const { name, code, said: own } = (error ?? {}) as { name?: unknown; code?: unknown; said?: Message };
  if (name === "AbortError") return failure("canceled", CANCELED);
  const said = own ?? (error instanceof Error ? saidBy(error) : message("error-foreign", { reason: String(error) }));
  return failure(typeof code === "string" ? code : "unexpected", said);
}

function failure(code: string, said: Message): Failure {
  return { code, said, message: say(said) };
}

export function wasCanceled(error: unknown): boolean {
  return failureOf(error).code === "canceled";
}
