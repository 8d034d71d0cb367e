import { describe, expect, it } from "vitest";
import { layoutHistogram } from "./histogram-layout";
import { sentence } from "../../../tests/page/core-double";

const view = { width: 100, height: 100 };
const histogram = (all: number[], removed: number[], threshold: number | null) => ({
  edges: Float32Array.from({ length: all.length + 1 }, (_, index) => index),
  all: Uint32Array.from(all),
  removed: Uint32Array.from(removed),
  threshold,
  label: sentence("magnitudes"),
});

describe("a histogram", () => {
  it("is linear where every count can be seen", () => {
    const layout = layoutHistogram(histogram([8, 4, 2, 0], [8, 1, 0, 0], 1.5), view);
    expect(layout.isLogarithmic).toBe(false);
    expect(layout.bars.map(({ height }) => height)).toEqual([100, 50, 25, 0]);
    expect(layout.removed.map(({ height }) => height)).toEqual([100, 12.5, 0, 0]);
    expect(layout.thresholdX).toBe(37.5);
  });

  it("is logarithmic where small counts would vanish, with a count of one still seen", () => {
    const layout = layoutHistogram(histogram([50_000, 1000, 3, 1], [50_000, 0, 0, 0], null), view);
    expect(layout.isLogarithmic).toBe(true);
    const heights = layout.bars.map(({ height }) => height);
    expect(heights[0]).toBeCloseTo(100);
    expect(heights[3]).toBeCloseTo((100 * Math.log(2)) / Math.log(100_000));
    expect(layout.ticks.map(({ value }) => value)).toEqual([1, 100, 10_000]);
    expect(layout.thresholdX).toBeNull();
  });

  it("draws no threshold outside its axis, and nothing at all without values", () => {
    expect(layoutHistogram(histogram([1, 1], [0, 0], 7), view).thresholdX).toBeNull();
    expect(layoutHistogram(histogram([], [], null), view).bars).toEqual([]);
  });
});
