import { scaleLinear } from "d3";
import { expect, test } from "vitest";
import { linearScale, niceScale } from "./linear-scale";

test.each<[[number, number], [number, number], number]>([
  [[0, 1], [0, 300], 4],
  [[0.013, 0.98], [120, 0], 5],
  [[-2.3, 7.1e6], [0, 640], 4],
  [[3e-7, 4e-6], [90, 0], 3],
])("from %j to %j it is what d3's is", (domain, range, count) => {
  const [ours, theirs] = [linearScale(domain, range), scaleLinear(domain, range)];
  const [niceOurs, niceTheirs] = [niceScale(domain, range, count), scaleLinear(domain, range).nice(count)];
  for (const share of [-0.2, 0, 0.31, 0.5, 1, 1.4]) {
    const value = domain[0] + share * (domain[1] - domain[0]);
    expect(ours(value)).toBeCloseTo(theirs(value), 9);
    expect(niceOurs(value)).toBeCloseTo(niceTheirs(value), 9);
    expect(ours.invert(ours(value)) / domain[1]).toBeCloseTo(theirs.invert(theirs(value)) / domain[1], 9);
  }
  expect(ours.ticks(count)).toEqual(theirs.ticks(count));
  expect(niceOurs.ticks(count)).toEqual(niceTheirs.ticks(count));
});

test("an empty domain lies in the middle", () => {
  expect(linearScale([2, 2], [0, 50])(2)).toBe(25);
  expect(niceScale([2, 2], [0, 50], 4)(2)).toBe(scaleLinear([2, 2], [0, 50]).nice(4)(2));
});
