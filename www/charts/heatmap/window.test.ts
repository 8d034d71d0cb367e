import { describe, expect, it } from "vitest";
import { canZoomIn, closeness, LARGEST_CELL, panned, scale, whole, zoomed } from "./window";

const matrix = { width: 320, height: 1280 };
const view = { width: 640, height: 320 };

describe("the window of a heatmap", () => {
  it("keeps the weight under the pointer where it is", () => {
    const before = whole(matrix);
    const after = zoomed(before, 3, 0.25, 0.75, matrix, view);
    expect(after.x + 0.25 * after.width).toBeCloseTo(0.25 * 320);
    expect(after.y + 0.75 * after.height).toBeCloseTo(0.75 * 1280);
    expect(closeness(after, matrix)).toBeCloseTo(3);
  });

  it("ends at single weights that are as wide as high", () => {
    const closest = zoomed(whole(matrix), 1e6, 0.5, 0.5, matrix, view);
    expect(scale(closest, view)).toEqual({ width: LARGEST_CELL, height: LARGEST_CELL });
    expect(canZoomIn(closest, matrix, view)).toBe(false);
  });

  it("never shows less than a whole small matrix, nor anything outside", () => {
    const small = { width: 9, height: 4 };
    expect(zoomed(whole(small), 10, 0.5, 0.5, small, view)).toEqual(whole(small));
    const half = zoomed(whole(matrix), 2, 0, 0, matrix, view);
    expect(panned(half, -1, 9, matrix)).toEqual({ x: 0, y: 640, width: 160, height: 640 });
    expect(zoomed(half, 0.01, 0.9, 0.9, matrix, view)).toEqual(whole(matrix));
  });
});
