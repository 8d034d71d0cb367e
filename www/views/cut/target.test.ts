import { describe, expect, test } from "vitest";
import { cutOf, kindOf, sentence, targetOf } from "./target";

describe("the slider's scale", () => {
  test("is the share that goes, whatever the target counts", () => {
    expect(cutOf({ macs: 0.7 })).toBe(0.3);
    expect(cutOf({ sparsity: 0.3 })).toBe(0.3);
    expect(cutOf({ bytes: 1 })).toBe(0);
  });

  test.each(["macs", "parameters", "bytes", "sparsity"] as const)("goes to a %s target and back", (kind) => {
    for (let cut = 0; cut <= 0.98; cut += 0.005) {
      const target = targetOf(kind, cut);
      expect(kindOf(target)).toBe(kind);
      expect(cutOf(target)).toBeCloseTo(cut, 10);
    }
  });

  test("reads as a sentence", () => {
    expect(sentence("macs", 0.3)).toBe("keep 70\u00a0% of the multiply-adds");
    expect(sentence("sparsity", 0.505)).toBe("remove 50.5\u00a0%");
  });
});
