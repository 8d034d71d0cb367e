import { expect, it } from "vitest";
import { layer, summary } from "../../../tests/page/core-double";
import { text } from "../../text";
import { facts, isBypassed } from "./facts";

it("says of a layer that went with its branch no more than that", () => {
  const whole = layer(0, "conv");
  const cut = { ...whole, channelsGone: 0, sparsity: 0, threshold: null };
  const gone = { ...cut, channelsIn: 0, channelsOut: 0, macs: 0, parameters: 0, nonzeros: 0, channelsGone: 1 };
  expect(isBypassed(undefined) || isBypassed(cut)).toBe(false);
  expect(isBypassed(gone)).toBe(true);
  const told = facts(summary("model"), whole, gone);
  expect(told).toContain(text("page-network-bypassed"));
  expect(facts(summary("model"), whole, cut)).not.toContain(text("page-network-bypassed"));
});
