import { describe, expect, test } from "vitest";
import {
  amend,
  begin,
  joined,
  LONGEST_HISTORY,
  present,
  record,
  recordOn,
  redo,
  redoable,
  stepsOf,
  undo,
  undoable,
} from "./history";
import { message } from "../../text/message";

/** A decision of this name. */
const named = (words: string) => message("kept-sentence", { text: words });

describe("history", () => {
  test("undo goes back step by step, redo goes forward again", () => {
    const history = record(record(begin("a"), "b", named("to b")), "c", named("to c"));
    const back = undo(undo(history));
    expect([present(undo(history)), present(back)]).toEqual(["b", "a"]);
    expect(present(redo(back))).toBe("b");
    expect(redo(redo(back))).toEqual(history);
  });

  test("says what would be undone and redone", () => {
    const history = record(begin(1), 2, named("double it"));
    expect([undoable(history), redoable(history)]).toEqual([named("double it"), null]);
    expect([undoable(undo(history)), redoable(undo(history))]).toEqual([null, named("double it")]);
  });

  test("changes of one kind that follow each other are one step", () => {
    const typed = [12, 123].reduce((history, value) => recordOn(history, value, message("typed")), begin(1));
    expect(present(typed)).toBe(123);
    expect(present(undo(typed))).toBe(1);
    const after = recordOn(record(typed, 4, message("other")), 5, message("typed"));
    expect(after.past.map(({ value }) => value)).toEqual([1, 123, 4, 5]);
  });

  test("has ends that can't be passed", () => {
    const fresh = begin("a");
    expect(undo(fresh)).toBe(fresh);
    expect(redo(fresh)).toBe(fresh);
  });

  test("a new decision forgets what could be redone", () => {
    const history = record(undo(record(begin("a"), "b", named("to b"))), "c", named("to c"));
    expect(redoable(history)).toBeNull();
    expect(present(undo(history))).toBe("a");
  });

  test("amending is no step of its own", () => {
    const history = amend(record(begin("a"), "b", named("to b")), "b!");
    expect(present(history)).toBe("b!");
    expect(undoable(history)).toEqual(named("to b"));
    expect(present(undo(history))).toBe("a");
  });

  test("is joined with another window's at the step that both began with", () => {
    const begun = record(begin("a"), "b", named("to b"));
    const ids = new Set(stepsOf(begun));
    const own = record(record(begun, "c", named("to c")), "d", named("to d"));
    const others = record(begun, "x", named("to x"));
    const known = new Set(stepsOf(own));
    const values = ({ past, future }: typeof own) => [past, future].map((steps) => steps.map(({ value }) => value));
    expect(values(joined(own, others, known, ids))).toEqual([["a", "b", "x", "c", "d"], []]);
    expect(values(joined(own, undo(others), known, ids))).toEqual([["a", "b", "c", "d"], ["x"]]);
    // The present stays, even where nothing was decided since.
    expect(values(joined(begun, others, ids, ids))).toEqual([["a", "x", "b"], []]);
    expect(joined(own, begun, known, ids)).toEqual(own);
  });

  test("keeps no more steps than it promises", () => {
    let history = begin(0);
    for (let step = 1; step <= LONGEST_HISTORY + 20; step++) history = record(history, step, named("count"));
    expect(history.past).toHaveLength(LONGEST_HISTORY);
    expect(present(history)).toBe(LONGEST_HISTORY + 20);
  });
});
