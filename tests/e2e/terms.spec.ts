/** Every term that the page shows opens its entry of the glossary in place: by pointer, by keyboard and by touch. */
import { readFileSync } from "node:fs";
import { FluentBundle, FluentResource } from "@fluent/bundle";
import type { Locator, Page } from "@playwright/test";
import { expect, ROOT, test } from "./secateur";

const catalog = new FluentBundle("en", { useIsolating: false });
catalog.addResource(new FluentResource(readFileSync(`${ROOT}text/en.ftl`, "utf8")));

// Some forty terms one after the other take minutes on a busy machine.
test.slow();

/** What the glossary says of a term, in two sentences. */
function meaning(term: string): string {
  const pattern = catalog.getMessage(`term-${term}`)?.attributes.long;
  if (!pattern) throw new Error(`text/en.ftl does not explain “${term}”`);
  return catalog.formatPattern(pattern);
}

const entryOn = (page: Page) => page.getByTestId("term-entry");

/** The first visible place of every term that the page shows now, with everything unfolded. */
async function termsOn(page: Page): Promise<[name: string, place: Locator][]> {
  await page.evaluate(() => document.querySelectorAll("details").forEach((details) => (details.open = true)));
  const names = await page
    .locator("[data-term]:visible")
    .evaluateAll((terms) => terms.map((term) => (term as HTMLElement).dataset.term!));
  return [...new Set(names)].map((name) => [name, page.locator(`[data-term="${name}"]:visible`).first()]);
}

test("terms open by pointer", async ({ secateur, page }) => {
  await secateur.openAndCut();
  await secateur.panel("Compare").getByRole("button", { pressed: false }).first().click();
  await expect(secateur.summary).toBeVisible({ timeout: 60_000 });
  await page.getByRole("radio", { name: "Distill" }).check({ force: true });
  const terms = await termsOn(page);
  expect(terms.length).toBeGreaterThan(30);
  for (const [name, place] of terms) {
    await place.click();
    await expect(entryOn(page)).toContainText(meaning(name));
    // A press beside the entry closes it. It may cover the page's upper left, and never its corner.
    await page.mouse.click(2, 2);
    await expect(entryOn(page)).toHaveCount(0);
  }
});

test("terms open by keyboard, and give the focus back", async ({ secateur, page }) => {
  await secateur.openAndCut();
  for (const [index, [name, place]] of (await termsOn(page)).entries()) {
    await place.focus();
    await page.keyboard.press(index % 2 === 0 ? "Enter" : "Space");
    await expect(entryOn(page)).toContainText(meaning(name));
    await expect(entryOn(page).getByRole("button")).toBeFocused();
    await page.keyboard.press("Escape");
    await expect(entryOn(page)).toHaveCount(0);
    await expect(place).toBeFocused();
  }
});

test("every criterion, granularity, allocation and method has an entry", async ({ secateur, page }) => {
  await secateur.openAndCut();
  const cut = secateur.panel("Cut");
  const opens = async (panel: Locator, name: string) => {
    await panel.locator(`[data-term="${name}"]:visible`).first().click();
    await expect(entryOn(page)).toContainText(meaning(name));
    await page.keyboard.press("Escape");
  };
  const choices = (label: string) => cut.getByLabel(label).locator("option");
  const values = (label: string) =>
    choices(label).evaluateAll((options) => options.map((option) => (option as HTMLOptionElement).value));
  for (const label of ["Pruning criterion", "Spread across layers"]) {
    const all = await values(label);
    expect(all.length).toBeGreaterThan(2);
    for (const value of all) {
      await cut.getByLabel(label).selectOption(value);
      await opens(cut, value);
    }
    await cut.getByLabel(label).selectOption(all[0]!);
  }
  for (const [name, term] of [
    ["Branches", "branch-pruning"],
    ["Weights", "unstructured"],
    ["N:M", "n-m"],
    ["Blocks", "block"],
    ["Channels", "channel-pruning"],
  ] as const) {
    await cut.getByRole("radio", { name, exact: true }).check({ force: true });
    await opens(cut, term);
  }
  const methods = secateur.panel("Recover").locator("input[name=method]");
  for (const method of await methods.all()) {
    await method.check({ force: true });
    await opens(secateur.panel("Recover"), await method.inputValue());
  }
});

test.describe("on a phone", () => {
  test.use({ hasTouch: true, viewport: { width: 360, height: 740 } });

  test("terms open by touch, within the page's edges", async ({ secateur, page }) => {
    await secateur.openAndCut();
    for (const [name, place] of await termsOn(page)) {
      await place.tap();
      await expect(entryOn(page)).toContainText(meaning(name));
      const box = (await entryOn(page).boundingBox())!;
      expect([box.x >= 0, box.y >= 0, box.x + box.width <= 360, box.y + box.height <= 740], name).toEqual(
        Array(4).fill(true),
      );
      const wider = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      expect(wider, name).toBeLessThanOrEqual(0);
      await entryOn(page).getByRole("button").tap();
      await expect(entryOn(page)).toHaveCount(0);
    }
  });
});
