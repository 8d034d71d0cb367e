import { describe, expect, test } from "vitest";
import type { TrainingItem } from "./training-item";
import { summarize } from "./summary";

const photo = (folder: string | null, toTest = false): TrainingItem => ({
  name: "a photo",
  folder,
  toTest,
  pixels: () => Promise.reject(new Error("not needed")),
});

const photos = (counts: Record<string, number>): TrainingItem[] =>
  Object.entries(counts).flatMap(([folder, count]) => Array.from({ length: count }, () => photo(folder)));

const stack = (labels: number[] | null, toTest: boolean): TrainingItem => ({
  name: "a stack",
  toTest,
  count: labels?.length ?? 5,
  labels: labels && new Uint8Array(labels),
  stack: () => Promise.reject(new Error("not needed")),
});

describe("a summary", () => {
  test("counts classes in the preset's order, and the test part apart", () => {
    const labels = Array.from({ length: 40 }, (_, index) => index % 2);
    const summary = summarize([stack(labels, false), stack([0, 1, 1], true)], ["shirt", "bag"]);
    expect(summary).toEqual({
      pictures: 40,
      toTest: 3,
      classes: [
        { name: "shirt", count: 20 },
        { name: "bag", count: 20 },
      ],
      warnings: [],
    });
  });

  test("folders are in the order of the alphabet, numbers by size", () => {
    const { classes } = summarize(photos({ "10": 20, "9": 20 }), undefined);
    expect(classes.map(({ name }) => name)).toEqual(["9", "10"]);
  });

  test("half-labeled photos have no classes, and that is said", () => {
    const { classes, warnings } = summarize([...photos({ cat: 30 }), photo(null)], undefined);
    expect(classes).toEqual([]);
    expect(warnings).toEqual([expect.stringContaining("photos without labels")]);
  });

  test("few photos, one class and uneven classes are said", () => {
    expect(summarize(photos({ cat: 3, dog: 3 }), undefined).warnings).toEqual([
      expect.stringContaining("only 6 photos"),
    ]);
    expect(summarize(photos({ cat: 30 }), undefined).warnings).toEqual([expect.stringContaining("one class (“cat”)")]);
    const uneven = summarize(photos({ cat: 100, dog: 100, bird: 2 }), undefined).warnings;
    expect(uneven).toEqual([expect.stringContaining("“bird” (2)")]);
    expect(summarize(photos({ cat: 30, dog: 20 }), undefined).warnings).toEqual([]);
  });

  test("nothing is no reason to warn", () => {
    expect(summarize([], undefined)).toEqual({ pictures: 0, toTest: 0, classes: [], warnings: [] });
  });
});
