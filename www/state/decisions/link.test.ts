import { describe, expect, test } from "vitest";
import type { Recipe } from "../../core/protocol";
import { fragmentOf, readFragment } from "./link";

const RECIPE: Recipe = { criterion: "l2", granularity: "channel", allocation: "global", target: { macs: 0.7 } };

describe("link", () => {
  test("brings the recipe and the model back", () => {
    const linked = readFragment(fragmentOf(RECIPE, "efficientnet-lite0"));
    expect(JSON.parse(linked!.recipe)).toEqual(RECIPE);
    expect(linked!.model).toBe("efficientnet-lite0");
  });

  test("needs no model", () => {
    expect(readFragment(fragmentOf(RECIPE, null))!.model).toBeNull();
  });

  test("survives names in any script", () => {
    const recipe: Recipe = { ...RECIPE, protect: ["/слой/卷积 é", "a&b=c#d"] };
    expect(JSON.parse(readFragment(fragmentOf(recipe, null))!.recipe)).toEqual(recipe);
  });

  test("holds nothing but characters that stay as they are in a URL", () => {
    const fragment = fragmentOf({ ...RECIPE, protect: ["ÿ>?~", "…"] }, "a model");
    expect(fragment).toMatch(/^#recipe=[A-Za-z0-9_-]+&model=[A-Za-z0-9%_-]+$/);
    expect(new URL(`https://example.org/${fragment}`).hash).toBe(fragment);
  });

  test("takes a recipe that was written by hand", () => {
    const text = '{"target":{"macs":0.5}}';
    expect(readFragment(`#recipe=${encodeURIComponent(text)}`)!.recipe).toBe(text);
  });

  test("other fragments are none of its business", () => {
    expect(readFragment("")).toBeNull();
    expect(readFragment("#cut")).toBeNull();
  });

  test("says that a damaged recipe is damaged", () => {
    expect(() => readFragment("#recipe=%%%")).toThrow(/page-error-link-damaged/);
    expect(() => readFragment("#recipe=_____w")).toThrow(/page-error-link-damaged/);
  });
});
