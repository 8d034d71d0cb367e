import { expect, test } from "vitest";
import { cutSheet } from "./sheet";

test("images are cut from a sprite sheet, row by row", () => {
  // Two rows of two images of 2 × 1 pixels, the last place empty.
  const green = [1, 2, 3, 4, 5, 6, 0, 0];
  const rgba = new Uint8ClampedArray(green.flatMap((level) => [99, level, 99, 255]));
  expect([...cutSheet(rgba, { width: 2, height: 1, inARow: 2, count: 3 })]).toEqual([1, 2, 3, 4, 5, 6]);
  const tall = new Uint8ClampedArray([1, 2, 3, 4].flatMap((level) => [0, level, 0, 255]));
  expect([...cutSheet(tall, { width: 1, height: 2, inARow: 2, count: 2 })]).toEqual([1, 3, 2, 4]);
});
