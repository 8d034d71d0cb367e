import { describe, expect, test } from "vitest";
import { lastAbove, legend, moveOf, scales, stroke, withinReach, type ScatterSeries } from "./scatter-layout";

const point = (x: number, y: number) => ({ id: `${x}`, x, y, beyond: false, kept: true, name: "a model" });
const series = (...points: [number, number][]): ScatterSeries => ({
  id: "one",
  name: "l2",
  way: "one-shot",
  mark: "cut",
  color: "l2",
  points: points.map(([x, y]) => point(x, y)),
});
const SIZE = { inner: 100, depth: 50 };

describe("the plot of many models", () => {
  test("has room for every model, the original and the line", () => {
    const { x, y } = scales([series([20, 0.4], [60, 0.7])], { x: 80, y: 0.9 }, 0.3, SIZE);
    expect([x(0), x(80)]).toEqual([0, 100]);
    for (const height of [0.3, 0.4, 0.7, 0.9]) {
      expect(y(height)).toBeGreaterThanOrEqual(0);
      expect(y(height)).toBeLessThanOrEqual(50);
    }
    expect(y(0.4)).toBeGreaterThan(y(0.9));
  });

  test("joins a series from left to right, whatever order it was made in", () => {
    const drawn = scales([series([60, 0.7], [20, 0.4])], { x: 80, y: 0.9 }, null, SIZE);
    expect(stroke(series([60, 0.7], [20, 0.4]), drawn)).toBe(stroke(series([20, 0.4], [60, 0.7]), drawn));
    expect(stroke(series([60, 0.7]), drawn)).toBe("");
  });

  test("works where nothing is known but the original", () => {
    const { x, y } = scales([], { x: 0, y: 0 }, null, SIZE);
    expect(Number.isFinite(x(0))).toBe(true);
    expect(Number.isFinite(y(0))).toBe(true);
  });
});

describe("the line", () => {
  test("moves by keys, half a point or five at a time", () => {
    expect(moveOf("ArrowUp", 0.8, 0.9)).toBeCloseTo(0.805);
    expect(moveOf("ArrowDown", 0.8, 0.9)).toBeCloseTo(0.795);
    expect(moveOf("PageDown", 0.8, 0.9)).toBeCloseTo(0.75);
    expect(moveOf("End", 0.8, 0.9)).toBe(0.9);
    expect(moveOf("Home", 0.8, 0.9)).toBe(0);
    expect(moveOf("a", 0.8, 0.9)).toBeNull();
  });

  test("stays between the original and nothing, on half points of loss", () => {
    expect(withinReach(0.95, 0.9)).toBe(0.9);
    expect(withinReach(-1, 0.9)).toBe(0);
    expect(0.9 - withinReach(0.8431, 0.9)).toBeCloseTo(0.055);
  });
});

describe("the last model above the line", () => {
  const models = series([20, 0.88], [40, 0.85], [60, 0.7]);

  test("is the farthest from the original that still stands above it", () => {
    expect(lastAbove([models], { x: 0 }, 0.8)?.x).toBe(40);
    expect(lastAbove([models], { x: 0 }, 0.85)?.x).toBe(40);
    expect(lastAbove([models], { x: 0 }, 0.86)?.x).toBe(20);
    expect(lastAbove([models], { x: 0 }, 0.1)?.x).toBe(60);
  });

  test("is the leftmost where less is better", () => {
    const left = series([60, 0.88], [40, 0.85], [20, 0.7]);
    expect(lastAbove([left], { x: 100 }, 0.8)?.x).toBe(40);
    expect(lastAbove([left], { x: 100 }, 0.1)?.x).toBe(20);
  });

  test("is none that was thrown away, and none at all where all lie below", () => {
    const thrown = { ...models, points: models.points.map((each) => ({ ...each, kept: each.x !== 40 })) };
    expect(lastAbove([thrown], { x: 0 }, 0.8)?.x).toBe(20);
    // A model below the line of its search may be above the line's present place.
    const beyond = { ...models, points: models.points.map((each) => ({ ...each, beyond: each.x === 40 })) };
    expect(lastAbove([beyond], { x: 0 }, 0.8)?.x).toBe(40);
    expect(lastAbove([models], { x: 0 }, 0.95)).toBeNull();
    expect(lastAbove([], { x: 0 }, 0)).toBeNull();
  });
});

test("the legend names what is of one kind once", () => {
  const one = series([20, 0.4]);
  const kinds = legend([one, { ...one, id: "two" }, { ...one, id: "three", way: "recovered" }]);
  expect(kinds.map(({ way }) => way)).toEqual(["one-shot", "recovered"]);
});
