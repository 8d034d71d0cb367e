import { expect, test } from "vitest";
import * as format from "./format";

test.each([
  [0, "0"],
  [999, "999"],
  [999.6, "1.00 k"],
  [4_651_234, "4.65 M"],
  [399_800_000, "400 M"],
  [999_600, "1.00 M"],
])("count %d", (value, text) => expect(format.count(value)).toBe(text));

test.each([
  [0, "0 B"],
  [512, "512 B"],
  [9_597_646, "9.60 MB"],
])("bytes %d", (value, text) => expect(format.bytes(value)).toBe(text));

test.each([
  [0.7, "70 %"],
  [0.005, "0.5 %"],
  [1, "100 %"],
])("percent %d", (share, text) => expect(format.percent(share)).toBe(text));

test.each([
  [100, 70, "−30 %"],
  [100, 102, "+2 %"],
  [100, 100, "±0 %"],
  [0, 0, "±0 %"],
])("change from %d to %d", (before, after, text) => expect(format.change(before, after)).toBe(text));

test.each([
  [0, "< 0.1 ms"],
  [0.04, "< 0.1 ms"],
  [0.06, "0.1 ms"],
  [0.5, "0.5 ms"],
  [3.4000000003725, "3.4 ms"],
  [12.345, "12.3 ms"],
  [99.96, "100 ms"],
  [123.4, "123 ms"],
  [999.7, "1.00 s"],
  [1532, "1.53 s"],
  [NaN, "– ms"],
])("duration %d", (milliseconds, text) => expect(format.duration(milliseconds)).toBe(text));

test.each([
  [120, "1 s"],
  [951, "1 s"],
  [42_300, "42 s"],
  [99_400, "99 s"],
  [151_000, "3 min"],
  [3_600_000, "60 min"],
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
