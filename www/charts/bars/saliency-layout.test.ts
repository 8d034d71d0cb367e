import { describe, expect, it } from "vitest";
import { barsPath } from "./bars";
import { layoutScores, NARROWEST } from "./saliency-layout";
import { sentence } from "../../../tests/page/core-double";

const bars = (scores: number[], keptCount: number, threshold: number | null = null) => ({
  scores: Float32Array.from(scores),
  units: Uint32Array.from(scores.keys()),
  keptCount,
  threshold,
  label: sentence("L2 norm"),
});

describe("sorted score bars", () => {
  it("are as high as their scores, from zero", () => {
    const layout = layoutScores(bars([4, 2, 1], 2, 1.5), { width: 300, height: 100 });
    expect(layout.bars.map(({ height }) => height)).toEqual([100, 50]);
    expect(layout.removed.map(({ height }) => height)).toEqual([25]);
    expect(layout.cutX).toBe(200);
    expect(layout.thresholdY).toBe(62.5);
    expect(layout.unitsPerBar).toBe(1);
  });

  it("share bars where there is no room, and none across the cut", () => {
    const scores = Array.from({ length: 1000 }, (_, index) => 1000 - index);
    const layout = layoutScores(bars(scores, 333), { width: 200, height: 100 });
    expect(layout.unitsPerBar).toBe(10);
    const end = (list: typeof layout.bars) => list.at(-1)!.x + list.at(-1)!.width;
    expect(end(layout.bars)).toBeCloseTo(layout.cutX!);
    expect(layout.removed[0]!.x).toBeCloseTo(layout.cutX!);
    expect(end(layout.removed)).toBeCloseTo(200);
    expect(layout.bars[0]!.width).toBeGreaterThanOrEqual(NARROWEST - 1e-9);
    // The mean of 1000 … 991.
    expect(layout.bars[0]!.height).toBeCloseTo(99.55);
  });

  it("hang below zero where scores are negative, and stand without any", () => {
    const layout = layoutScores(bars([1, -1], 1), { width: 100, height: 100 });
    expect(layout.removed[0]).toMatchObject({ y: 50, height: 50 });
    expect(layoutScores(bars([], 0), { width: 100, height: 100 })).toMatchObject({ bars: [], removed: [] });
    expect(barsPath([{ x: 1, y: 2, width: 3, height: 4 }])).toBe("M1 2h3v4h-3z");
  });
});
