import { expect, it } from "vitest";
import { short } from "./numbers";

it("writes numbers with three significant digits", () => {
  expect([0, 1, 0.12345, -0.127, 1234, 1e6, 0.00001234].map(short)).toEqual([
    "0",
    "1",
    "0.123",
    "−0.127",
    "1230",
    "1e6",
    "1.2e−5",
  ]);
});
