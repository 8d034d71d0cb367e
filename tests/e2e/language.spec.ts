/** The page in a pseudo-language, accented and 40 % longer: no sentence escapes the catalog, and nothing is cut off. */
import { readFileSync } from "node:fs";
import type { Page } from "@playwright/test";
import { pseudo } from "../../tools/text/pseudo.mjs";
import { expect, ROOT, test } from "./secateur";

const json = (path: string) => JSON.parse(readFileSync(`${ROOT}${path}`, "utf8")) as unknown;

/** Every text in a JSON file. */
function textsIn(value: unknown): string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(textsIn) : [];
}

/** What is shown as it is in every language: names of models, photos, classes and files, and what recipes are written in. */
const NAMES = [
  ...textsIn(json("www/public/gallery/gallery.json")),
  ...textsIn(json("www/public/photos/photos.json")),
  ...textsIn(json("www/presets/fashion-mnist.json")),
  "onnx json zip channel weight block global uniform manual",
  // Intl joins the last item of a list, in the language that it takes for one that it doesn't know.
  "and",
];

/** The catalog's text, as the page fetches it. */
async function speakPseudo(page: Page): Promise<void> {
  const body = pseudo(readFileSync(`${ROOT}text/en.ftl`, "utf8"));
  await page.route(/\/en-[^/]*\.ftl$/, (route) => route.fulfill({ body, contentType: "text/plain; charset=utf-8" }));
}

/** Texts and spoken names with a word in plain letters that is nobody's name. */
const escaped = (page: Page, names: readonly string[]) =>
  page.evaluate((names) => {
    const words = (text: string) => text.match(/\p{L}[\p{L}\p{N}]*/gu) ?? [];
    const known = new Set(names.flatMap(words));
    const isCode = (element: Element) => element.closest("code, textarea") !== null;
    const isPlain = (word: string) =>
      word.length > 2 && !known.has(word) && /^[\p{ASCII}]+$/u.test(word) && !/\d/.test(word);
    const found = new Set<string>();
    const look = (text: string, where: Element) => {
      if (!isCode(where) && words(text).some(isPlain)) found.add(`${where.localName}: ${text.trim()}`);
    };
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const { parentElement } = node;
      if (parentElement && !parentElement.closest("script, style, template, noscript"))
        look(node.nodeValue ?? "", parentElement);
    }
    for (const element of document.querySelectorAll("*")) {
      for (const name of ["aria-label", "aria-valuetext", "title", "placeholder", "alt"]) {
        const value = element.getAttribute(name);
        if (value) look(value, element);
      }
    }
    return [...found];
  }, names);

/** Texts that are wider or higher than what shows them, and whatever reaches past the page. */
const cutOff = (page: Page) =>
  page.evaluate(() => {
    const found = new Set<string>();
    const tell = (what: string, element: Element) =>
      found.add(
        `${what}: ${element.localName}.${element.getAttribute("class") ?? ""} “${element.textContent?.trim()}”`,
      );
    const pen = document.createElement("canvas").getContext("2d")!;
    const isHeld = (element: Element): boolean => {
      const { parentElement } = element;
      if (!parentElement) return false;
      // What can be scrolled is not cut off.
      return /auto|scroll/.test(getComputedStyle(parentElement).overflowX) || isHeld(parentElement);
    };
    for (const element of document.querySelectorAll<HTMLElement>("body *")) {
      // Spoken only, or a name that is shortened and said in full by its title.
      if (!element.checkVisibility({ visibilityProperty: true }) || element.closest(".spoken, .skip, [title]"))
        continue;
      const style = getComputedStyle(element);
      if (element instanceof HTMLSelectElement) {
        pen.font = style.font;
        // The arrow takes some of it.
        const room = element.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight) - 16;
        const widest = Math.max(...[...element.options].map(({ text }) => pen.measureText(text).width));
        if (widest > room) tell(`needs ${widest.toFixed()} of ${room.toFixed()} pixels`, element);
        continue;
      }
      const hasText = [...element.childNodes].some(
        (node) => node.nodeType === Node.TEXT_NODE && node.nodeValue?.trim(),
      );
      if (!hasText) continue;
      const box = element.getBoundingClientRect();
      if (box.width <= 1) continue;
      if (element.closest("svg")) {
        const frame = element.closest("svg")!.getBoundingClientRect();
        if (box.left < frame.left - 1 || box.right > frame.right + 1) tell("outside its drawing", element);
      } else if (style.display !== "inline" && element.scrollWidth > element.clientWidth + 1) {
        tell("wider than its box", element);
      } else if (/hidden|clip/.test(style.overflowY) && element.scrollHeight > element.clientHeight + 1) {
        tell("higher than its box", element);
      }
      if (box.right > innerWidth + 1 && !isHeld(element)) tell("outside the page", element);
    }
    return [...found];
  });

/** Opens whatever can be unfolded. */
async function unfold(page: Page): Promise<void> {
  await page.evaluate(() => document.querySelectorAll("details").forEach((details) => (details.open = true)));
}

for (const width of [1280, 360]) {
  test(`says everything from the catalog and cuts nothing off, ${width} pixels wide`, async ({ page }) => {
    await page.setViewportSize({ width, height: 800 });
    await speakPseudo(page);
    await page.goto("./");
    let names = NAMES;

    const inspect = (step: string) =>
      test.step(step, async () => {
        await unfold(page);
        expect.soft(await escaped(page, names), `${step}: not from the catalog`).toEqual([]);
        expect.soft(await cutOff(page), `${step}: cut off`).toEqual([]);
        const wider = () => document.documentElement.scrollWidth - document.documentElement.clientWidth;
        expect.soft(await page.evaluate(wider), `${step}: wider than the page`).toBe(0);
      });

    const model = page.locator("#model");
    await expect(model.locator("li.card")).toHaveCount(3);
    await inspect("before a model is open");

    // The classroom's network, which comes with data of its own.
    await model.locator("li.card").nth(1).getByRole("button").click();
    await expect(page.getByTestId("check")).toBeVisible({ timeout: 60_000 });
    await expect(page.getByTestId("all-photos")).toBeVisible({ timeout: 60_000 });
    const layers = page.locator("#network").getByRole("option");
    names = [
      ...NAMES,
      ...(await layers.evaluateAll((all) => all.map((one) => one.getAttribute("aria-label")!.split(":")[0]!))),
      // The names of its inputs and outputs.
      ...(await model.locator("dd.figure").allInnerTexts()),
    ];
    await inspect("a model is open");

    await layers.first().click();
    await expect(page.locator("#network article canvas")).toBeVisible();
    await inspect("a layer is inspected");

    for (const kind of ["weight", "n:m", "block"]) {
      await page.locator(`#cut input[name="granularity"][value="${kind}"]`).check({ force: true });
      await expect(page.locator("#cut .packed p").last()).toBeVisible({ timeout: 60_000 });
      await inspect(`cutting by ${kind}`);
    }
    const methods = page.locator('#recover input[name="method"]');
    for (let at = 0; at < (await methods.count()); at++) {
      await methods.nth(at).check({ force: true });
      await inspect(`recovery method ${at + 1}`);
    }
  });
}
