import { describe, expect, it } from "vitest";
import type { Heatmap } from "../../core/protocol";
import { palette } from "./diverging";
import { cellsAlong, paint, type Ink } from "./raster";

const ink: Ink = {
  palette: palette({ negative: "rgb(0, 0, 200)", zero: "rgb(100, 100, 100)", positive: "rgb(200, 0, 0)" }),
  hatch: [0, 255, 0],
  ground: [7, 7, 7],
  hatchEvery: 4,
};

function heatmap(over: Partial<Heatmap>): Heatmap {
  const values = Float32Array.of(1, -1, 0, 1);
  return {
    matrixRows: 2,
    matrixCols: 2,
    x: 0,
    y: 0,
    width: 2,
    height: 2,
    rows: 2,
    cols: 2,
    weightsPerCell: 1,
    values,
    magnitudes: values.map(Math.abs),
    kept: Float32Array.of(1, 1, 1, 1),
    largest: 1,
    ...over,
  };
}

/** The color of one pixel of a view of 16 × 16. */
function pixel(pixels: Uint8ClampedArray, x: number, y: number): number[] {
  return [...pixels.subarray((y * 16 + x) * 4, (y * 16 + x) * 4 + 4)];
}

const view = { width: 16, height: 16 };
const all = { x: 0, y: 0, width: 2, height: 2 };

describe("painting a heatmap", () => {
  it("gives every cell its color", () => {
    const pixels = paint(heatmap({}), all, view, "mean", ink);
    expect(pixel(pixels, 2, 2)).toEqual([200, 0, 0, 255]);
    expect(pixel(pixels, 12, 2)).toEqual([0, 0, 200, 255]);
    expect(pixel(pixels, 2, 12)).toEqual([100, 100, 100, 255]);
  });

  it("shows the largest magnitude where that is asked for", () => {
    const pixels = paint(heatmap({}), all, view, "largest", ink);
    expect(pixel(pixels, 12, 2)).toEqual([200, 0, 0, 255]);
  });

  it("hatches by the share that is removed", () => {
    const pixels = paint(heatmap({ kept: Float32Array.of(0, 0.5, 1, 1) }), all, view, "mean", ink);
    expect(pixel(pixels, 0, 0)).toEqual([0, 255, 0, 255]);
    expect(pixel(pixels, 1, 0)).toEqual([200, 0, 0, 255]);
    expect(pixel(pixels, 8, 0)).toEqual([0, 128, 100, 255]);
    expect(pixel(pixels, 0, 8)).toEqual([100, 100, 100, 255]);
  });

  it("leaves blank what has not been fetched", () => {
    const pixels = paint(heatmap({ x: 4 }), { ...all, x: 3 }, view, "mean", ink);
    expect(pixel(pixels, 2, 2)).toEqual([7, 7, 7, 255]);
    expect(pixel(pixels, 10, 2)).toEqual([200, 0, 0, 255]);
  });

  it("finds the cell under every pixel", () => {
    expect([...cellsAlong(6, 1, 3, 0, 4, 2)]).toEqual([0, 0, 1, 1, 1, 1]);
    expect([...cellsAlong(4, -1, 4, 0, 2, 2)]).toEqual([-1, 0, 1, -1]);
  });
});
