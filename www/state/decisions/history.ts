/** Undo and redo over values that never change in place. */
import { message, type Message } from "../../text/message";
import { randomId } from "../ids";

export interface Step<Value> {
  readonly value: Value;
  /** What was decided: “change the target”. Names the step in the undo button. */
  readonly what: Message;
  /** Tells it from all other steps, in whichever window of the page they were made. */
  readonly id: string;
}

export interface History<Value> {
  /** Oldest first; the last one is the present. Never empty. */
  readonly past: readonly Step<Value>[];
  /** What can be redone, next first. */
  readonly future: readonly Step<Value>[];
}

/** Steps that are kept; older ones are forgotten. */
export const LONGEST_HISTORY = 100;

export function begin<Value>(value: Value): History<Value> {
  return { past: [{ value, what: message("page-step-start"), id: "start" }], future: [] };
}

export function present<Value>(history: History<Value>): Value {
  return lastStep(history).value;
}

/** A new decision. What could have been redone is forgotten. */
export function record<Value>(history: History<Value>, value: Value, what: Message): History<Value> {
  return { past: [...history.past, { value, what, id: randomId() }].slice(-LONGEST_HISTORY), future: [] };
}

/** The same, as part of the step before where that was of the same kind: what is typed is one step, not one a key. */
export function recordOn<Value>(history: History<Value>, value: Value, what: Message): History<Value> {
  const last = lastStep(history);
  if (last.what.key !== what.key) return record(history, value, what);
  return { past: [...history.past.slice(0, -1), { ...last, value }], future: [] };
}

/** Replaces the present without a step of its own, for what follows from a decision but is none. */
export function amend<Value>(history: History<Value>, value: Value): History<Value> {
  const amended = { ...lastStep(history), value };
  return { past: [...history.past.slice(0, -1), amended], future: history.future };
}

/** The same of every step, for what was missing when they were made. */
export function amendAll<Value>({ past, future }: History<Value>, change: (value: Value) => Value): History<Value> {
  const amended = (step: Step<Value>) => ({ ...step, value: change(step.value) });
  return { past: past.map(amended), future: future.map(amended) };
}

export function undo<Value>(history: History<Value>): History<Value> {
  if (!undoable(history)) return history;
  return { past: history.past.slice(0, -1), future: [lastStep(history), ...history.future] };
}

export function redo<Value>(history: History<Value>): History<Value> {
  const [next, ...future] = history.future;
  return next ? { past: [...history.past, next], future } : history;
}

/**
 * A window's own history with what other windows have kept meanwhile: their steps come behind those that it began with, so its
 * present and all that it has decided since stay together. `known`: all steps that it has ever had, which it alone decides on.
 */
export function joined<Value>(
  own: History<Value>,
  kept: History<Value>,
  known: ReadonlySet<string>,
  begunWith: ReadonlySet<string>,
): History<Value> {
  const isOthers = ({ id }: Step<Value>) => !known.has(id);
  const since = own.past.findIndex(({ id }) => !begunWith.has(id));
  const at = since < 0 ? own.past.length - 1 : since;
  const past = [...own.past.slice(0, at), ...kept.past.filter(isOthers), ...own.past.slice(at)];
  return { past: past.slice(-LONGEST_HISTORY), future: [...own.future, ...kept.future.filter(isOthers)] };
}

/** The names of all its steps. */
export function stepsOf<Value>({ past, future }: History<Value>): readonly string[] {
  return [...past, ...future].map(({ id }) => id);
}

/** What undo would take back, or `null`. */
export function undoable<Value>(history: History<Value>): Message | null {
  return history.past.length > 1 ? lastStep(history).what : null;
}

/** What redo would do again, or `null`. */
export function redoable<Value>(history: History<Value>): Message | null {
  return history.future[0]?.what ?? null;
}

function lastStep<Value>(history: History<Value>): Step<Value> {
  const step = history.past.at(-1);
  if (!step) throw new Error("a history always holds its present");
  return step;
}
