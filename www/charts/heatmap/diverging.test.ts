import { describe, expect, it } from "vitest";
import { gradient, legendPosition, palette, paletteOffset } from "./diverging";

const colors = palette({ negative: "rgb(0, 0, 255)", zero: "rgb(255, 255, 255)", positive: "rgb(255, 0, 0)" });
const color = (value: number, largest: number) => [...colors.subarray(paletteOffset(value, largest)).subarray(0, 3)];

describe("the colors of signed numbers", () => {
  it("run from one hue over the middle to the other", () => {
    expect(color(-2, 2)).toEqual([0, 0, 255]);
    expect(color(0, 2)).toEqual([255, 255, 255]);
    expect(color(2, 2)).toEqual([255, 0, 0]);
    expect(color(99, 2)).toEqual([255, 0, 0]);
  });

  it("stand where the legend says: a quarter of the largest is half way", () => {
    const middle = colors.length / 2;
    for (const value of [-1, -0.25, 0.04, 0.25, 1]) {
      const shown = (paletteOffset(value, 1) + 1.5 - middle) / (colors.length - 3) + 0.5;
      expect(shown).toBeCloseTo(legendPosition(value, 1), 2);
    }
    expect(legendPosition(0.25, 1)).toBe(0.75);
  });

  it("take no harm from layers of zeros and from values that are no numbers", () => {
    expect(color(0, 0)).toEqual([255, 255, 255]);
    expect(color(NaN, 1)).toEqual([255, 255, 255]);
    expect(legendPosition(1, 0)).toBe(0.5);
  });

  it("fill the legend from the first to the last", () => {
    expect(gradient(colors)).toMatch(/^linear-gradient\(to right, rgb\(0 0 255\), .*rgb\(255 0 0\)\)$/);
  });
});
