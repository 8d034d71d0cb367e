import { expect, test } from "vitest";
import { outlineOf, type Mark } from "./marks";

/** What a recovery can be planned by, and the rest. */
const MARKS: Mark[] = ["cut", "recalibrate", "correct-bias", "reconstruct", "distill", "finetune", "in-turn"];

test("no two methods share a shape, and what was made in rounds is larger", () => {
  const outlines = MARKS.flatMap((mark) => [outlineOf(mark, false), outlineOf(mark, true)]);
  expect(new Set(outlines).size).toBe(2 * MARKS.length);
});
