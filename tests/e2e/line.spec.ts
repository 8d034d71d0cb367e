/** The line in the plot of all models: moved by mouse, by touch and by keyboard, and which model is reported to be above it. */
import type { Locator, Page } from "@playwright/test";
import { expect, test, type Secateur } from "./secateur";

test.use({ hasTouch: true });

interface Cut {
  /** Share of the weights that has been removed, and accuracy: both in percent, as the page writes them. */
  gone: number;
  accuracy: number;
}

/** The cuts of the curve, as the list shows them. */
async function cutsOf(panel: Locator): Promise<Cut[]> {
  const list = panel.getByRole("group").filter({ hasText: /pruned only: \d+ models/ });
  await list.getByText(/pruned only: \d+ models/).click();
  const texts = await list.getByRole("button").allInnerTexts();
  return texts.map((text) => {
    const [, gone, accuracy] = /^−(\S+)\s%: (\S+)\s%$/.exec(text.trim())!;
    return { gone: Number(gone), accuracy: Number(accuracy) };
  });
}

/** The deepest cut that is at least as good as the line. */
const lastAbove = (cuts: Cut[], least: number): Cut | undefined =>
  cuts.filter(({ accuracy }) => accuracy >= least).toSorted((a, b) => b.gone - a.gone)[0];

/** Presses the knob, moves it by this many pixels in a few steps, and releases it. */
type Pull = (page: Page, knob: { x: number; y: number }, by: number) => Promise<void>;

const byMouse: Pull = async ({ mouse }, { x, y }, by) => {
  await mouse.move(x, y);
  await mouse.down();
  await mouse.move(x, y + by, { steps: 5 });
  await mouse.up();
};

const byFinger: Pull = async (page, { x, y }, by) => {
  const devtools = await page.context().newCDPSession(page);
  const send = (type: "touchStart" | "touchMove" | "touchEnd", at: number[]) =>
    devtools.send("Input.dispatchTouchEvent", { type, touchPoints: at.map((offset) => ({ x, y: y + offset })) });
  await send("touchStart", [0]);
  for (let step = 1; step <= 5; step++) await send("touchMove", [(by * step) / 5]);
  await send("touchEnd", []);
  await devtools.detach();
};

class Plot {
  readonly panel: Locator;
  readonly line: Locator;

  constructor(private readonly secateur: Secateur) {
    this.panel = secateur.panel("Recover");
    this.line = this.panel.getByRole("slider", { name: /^The line/ });
  }

  /** The loss at the line, in points, in the plot and in the search's field. */
  async loss(): Promise<number> {
    const points = Number(/loss of (\S+) points/.exec((await this.line.getAttribute("aria-valuetext"))!)![1]);
    await expect(this.panel.getByLabel(/^Maximum accuracy drop/)).toHaveValue(String(points));
    return points;
  }

  /** Drags the line from its place to a loss; the distance follows from the original's position. */
  async pull(pull: Pull, to: number): Promise<void> {
    const now = await this.loss();
    const knob = this.line.locator("circle");
    await knob.evaluate((element) => element.scrollIntoView({ block: "center" }));
    const middle = async (place: Locator) => {
      const { x, y, width, height } = (await place.boundingBox())!;
      return { x: x + width / 2, y: y + height / 2 };
    };
    const original = await middle(this.panel.locator("figure g > circle.original"));
    const from = await middle(knob);
    await pull(this.secateur.page, from, ((to - now) * (from.y - original.y)) / now);
    expect(Math.abs((await this.loss()) - to)).toBeLessThanOrEqual(1);
  }

  /** The page names the deepest cut above the line, the same as in the list of cuts. */
  async expectLast(cuts: Cut[]): Promise<void> {
    const least = Number(await this.line.getAttribute("aria-valuenow"));
    const last = lastAbove(cuts, least);
    const told = last ? `${last.accuracy}\u00a0% at ${last.gone}\u00a0%` : "No model is above the line yet";
    await expect(this.panel.locator("output")).toContainText(told);
  }
}

test("the line is drawn by mouse, by finger and by keys, and the last model above it changes with it", async ({
  secateur,
  page,
}) => {
  await secateur.openGalleryModel("A classroom's network");
  const plot = new Plot(secateur);
  await expect(plot.panel.getByTestId("training-data")).toContainText("Fashion-MNIST");
  await plot.panel.getByRole("button", { name: /^Measure the curve/ }).click();
  await expect(plot.panel.getByText(/pruned only: 10 models/)).toBeVisible({ timeout: 120_000 });
  await expect(plot.panel.getByTestId("measured-on")).toContainText("The original was trained on these photos");
  const cuts = await cutsOf(plot.panel);
  await plot.expectLast(cuts);
  const first = await plot.panel.locator("output").innerText();

  await test.step("by mouse", async () => {
    await plot.pull(byMouse, 50);
    await plot.expectLast(cuts);
    expect(await plot.panel.locator("output").innerText()).not.toBe(first);
  });

  await test.step("by keys", async () => {
    await plot.line.focus();
    const before = await plot.loss();
    await page.keyboard.press("ArrowDown");
    expect(await plot.loss()).toBeCloseTo(before + 0.5);
    await page.keyboard.press("PageUp");
    expect(await plot.loss()).toBeCloseTo(before - 4.5);
    await plot.expectLast(cuts);
    await page.keyboard.press("End");
    expect(await plot.loss()).toBe(0);
    await plot.expectLast(cuts);
    await page.keyboard.press("PageDown");
    await plot.expectLast(cuts);
  });

  await test.step("by finger, on a phone", async () => {
    await page.setViewportSize({ width: 360, height: 740 });
    const scrolled = () => page.evaluate(() => scrollY);
    await plot.line.evaluate((element) => element.scrollIntoView({ block: "center" }));
    const before = await scrolled();
    await plot.pull(byFinger, 25);
    expect(await scrolled()).toBe(before);
    await plot.expectLast(cuts);
  });

  await test.step("the model above it is taken, and the line is there after a reload", async () => {
    const last = lastAbove(cuts, Number(await plot.line.getAttribute("aria-valuenow")))!;
    await plot.panel.getByRole("button", { name: "Use this model" }).click();
    // A cut's preview and its re-packed file differ by the constants that are folded.
    const gone = async () => parseFloat(/−(\S+)\s%/.exec(await secateur.total("Non-zero").innerText())?.[1] ?? "0");
    await expect.poll(async () => Math.abs((await gone()) - last.gone), { timeout: 30_000 }).toBeLessThan(1);
    const loss = await plot.loss();
    await secateur.reload();
    await expect(plot.line).toBeVisible({ timeout: 60_000 });
    expect(await plot.loss()).toBe(loss);
    await plot.expectLast(cuts);
  });
});
