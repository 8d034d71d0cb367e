import { expect, test } from "vitest";
import * as format from "./format";

test.each([
  [0, "0"],
  [999, "999"],
  [999.6, "1.00\u00a0k"],
  [4_651_234, "4.65\u00a0M"],
  [399_800_000, "400\u00a0M"],
  [999_600, "1.00\u00a0M"],
])("count %d", (value, text) => expect(format.count(value)).toBe(text));

test.each([
  [0, "0\u00a0B"],
  [512, "512\u00a0B"],
  [9_597_646, "9.60\u00a0MB"],
])("bytes %d", (value, text) => expect(format.bytes(value)).toBe(text));

test.each([
  [0.7, "70\u00a0%"],
  [0.005, "0.5\u00a0%"],
  [1, "100\u00a0%"],
])("percent %d", (share, text) => expect(format.percent(share)).toBe(text));

test.each([
  [100, 70, "−30\u00a0%"],
  [100, 102, "+2\u00a0%"],
  [100, 100, "±0\u00a0%"],
  [0, 0, "±0\u00a0%"],
])("change from %d to %d", (before, after, text) => expect(format.change(before, after)).toBe(text));

test.each([
  [0, "<\u00a00.1\u00a0ms"],
  [0.04, "<\u00a00.1\u00a0ms"],
  [0.06, "0.1\u00a0ms"],
  [0.5, "0.5\u00a0ms"],
  [3.4000000003725, "3.4\u00a0ms"],
  [12.345, "12.3\u00a0ms"],
  [99.96, "100\u00a0ms"],
  [123.4, "123\u00a0ms"],
  [999.7, "1.00\u00a0s"],
  [1532, "1.53\u00a0s"],
  [NaN, "–\u00a0ms"],
])("duration %d", (milliseconds, text) => expect(format.duration(milliseconds)).toBe(text));

test.each([
  [120, "1\u00a0s"],
  [951, "1\u00a0s"],
  [42_300, "42\u00a0s"],
  [99_400, "99\u00a0s"],
  [151_000, "3\u00a0min"],
  [3_600_000, "60\u00a0min"],
])("estimate %d", (milliseconds, text) => expect(format.estimate(milliseconds)).toBe(text));

test.each([
  [Math.fround(0.02), "0.02"],
  [Math.fround(0.005), "0.005"],
  [64, "64"],
])("setting %d", (value, text) => expect(format.setting(value)).toBe(text));

test.each([
  [0, "0"],
  [0.0000031, "3.1e-6"],
  [0.25, "0.25"],
])("tiny %d", (value, text) => expect(format.tiny(value)).toBe(text));
