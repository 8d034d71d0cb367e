/** Undo and redo over values that never change in place. */

export interface Step<Value> {
  readonly value: Value;
  /** What was decided, in the visitor's words: "change the target". Names the step in the undo button. */
  readonly what: string;
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
  return { past: [{ value, what: "start" }], future: [] };
}

export function present<Value>(history: History<Value>): Value {
  return lastStep(history).value;
}

/** A new decision. What could have been redone is forgotten. */
export function record<Value>(history: History<Value>, value: Value, what: string): History<Value> {
  return { past: [...history.past, { value, what }].slice(-LONGEST_HISTORY), future: [] };
}

/** Replaces the present without a step of its own, for what follows from a decision but is none. */
export function amend<Value>(history: History<Value>, value: Value): History<Value> {
  const { what } = lastStep(history);
  return { past: [...history.past.slice(0, -1), { value, what }], future: history.future };
}

export function undo<Value>(history: History<Value>): History<Value> {
  if (!undoable(history)) return history;
  return { past: history.past.slice(0, -1), future: [lastStep(history), ...history.future] };
}

export function redo<Value>(history: History<Value>): History<Value> {
  const [next, ...future] = history.future;
  return next ? { past: [...history.past, next], future } : history;
}

/** What undo would take back, or `null`. */
export function undoable<Value>(history: History<Value>): string | null {
  return history.past.length > 1 ? lastStep(history).what : null;
}

/** What redo would do again, or `null`. */
export function redoable<Value>(history: History<Value>): string | null {
  return history.future[0]?.what ?? null;
}

function lastStep<Value>(history: History<Value>): Step<Value> {
  const step = history.past.at(-1);
  if (!step) throw new Error("a history always holds its present");
  return step;
}
