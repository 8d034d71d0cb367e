import { describe, expect, it } from "vitest";
import { layer } from "../../../tests/page/core-double";
import type { Heatmap } from "../../core/protocol";
import { caption, cellAt, column, readOut, whereabouts } from "./position";

const convolution = layer(0, "stem"); // 16 × 8 × 3 × 3

function heatmap(over: Partial<Heatmap>): Heatmap {
  return {
    matrixRows: 16,
    matrixCols: 72,
    x: 0,
    y: 0,
    width: 72,
    height: 16,
    rows: 2,
    cols: 3,
    weightsPerCell: 192,
    values: Float32Array.of(0, 0, 0, 0, 0.5, 0),
    magnitudes: Float32Array.of(0, 0, 0, 0, 0.75, 0),
    kept: Float32Array.of(1, 1, 1, 1, 0.25, 1),
    largest: 1,
    ...over,
  };
}

describe("a place in a layer's weight", () => {
  it("is an input channel and a place in the kernel", () => {
    expect(column(convolution, 0)).toBe("input 0, kernel 0, 0");
    expect(column(convolution, 9 * 5 + 3 * 2 + 1)).toBe("input 5, kernel 2, 1");
    expect(column({ ...convolution, kind: "depthwise", weightShape: [16, 1, 5, 5] }, 7)).toBe("kernel 1, 2");
    expect(column({ ...convolution, weightShape: [10, 64] }, 33)).toBe("input 33");
  });

  it("is found under the pointer", () => {
    const seen = { x: 36, y: 0, width: 36, height: 16 };
    expect(cellAt(heatmap({}), seen, 0.1, 0.9)).toEqual({ row: 1, col: 1 });
    expect(cellAt(heatmap({ width: 48, cols: 2 }), seen, 0.9, 0.1)).toBeNull();
  });

  it("is read out as a range where several weights share a cell", () => {
    expect(readOut(heatmap({}), convolution, 1, 1)).toEqual({
      where: "channels 8–15, columns 24–47",
      what: "192 weights, mean 0.5, largest 0.75, 75\u00a0% removed",
    });
  });

  it("ends at the matrix's border, past which the last cell may reach", () => {
    const last = heatmap({ width: 75, matrixCols: 72 });
    expect(readOut(last, convolution, 1, 2).where).toBe("channels 8–15, columns 50–71");
  });

  it("is read out as itself where it is a single weight", () => {
    const single = heatmap({
      x: 10,
      y: 3,
      width: 3,
      height: 2,
      weightsPerCell: 1,
      kept: Float32Array.of(1, 1, 1, 1, 0, 1),
    });
    expect(readOut(single, convolution, 1, 1)).toEqual({
      where: "channel 4, input 1, kernel 0, 2",
      what: "0.5, removed",
    });
  });

  it("says what cells show and where one is", () => {
    expect(caption(heatmap({}), "mean")).toContain("up to 192 weights. Its color is their mean");
    expect(caption(heatmap({ weightsPerCell: 1 }), "mean")).toContain("a single weight");
    const seen = { x: 2.5, y: 0, width: 10, height: 16 };
    expect(whereabouts(seen, { width: 72, height: 16 })).toBe("channels 0–15 of 16, columns 2–12 of 72");
  });
});
