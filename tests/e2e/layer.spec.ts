/** The layer inspector: heatmap with the mask, scores and magnitudes, on a desktop and on a phone. */
import { expect, test } from "./secateur";

test("a layer, from the whole matrix down to single weights, under a moving cut", async ({ secateur, page }) => {
  await secateur.openAndCut();
  const network = secateur.panel("Network");
  // The last convolution: 1280 × 320 weights, more than there are pixels.
  await network.getByRole("option").nth(-2).click();
  const layer = network.getByRole("article");
  const section = (name: string) => layer.getByRole("region", { name });
  const weights = section("Weights and mask");
  const map = layer.getByRole("application");
  const readout = weights.locator(".readout");

  await test.step("the whole matrix is shown by honest aggregation", async () => {
    await expect(weights).toContainText(/Each cell shows up to \d+ weights/);
    await expect(readout).toHaveText("channels 0–1279 of 1280, columns 0–319 of 320");
  });

  await test.step("the mask, the scores and the cut line follow the slider before it is let go", async () => {
    const scores = section("Scores").locator("figcaption");
    await expect(scores).toContainText(/\d+ kept, \d+ removed.*Cut at/s);
    await expect(section("Scores").locator("line.cut")).toHaveCount(1);
    const spoken = weights.locator(".spoken");
    const before = { scores: await scores.innerText(), mask: await spoken.textContent() };
    await secateur.slider.evaluate((slider: HTMLInputElement) => {
      slider.value = "70";
      slider.dispatchEvent(new Event("input", { bubbles: true }));
    });
    await expect(scores).not.toHaveText(before.scores);
    await expect(spoken).not.toHaveText(before.mask!);
    await expect(secateur.check).toHaveCount(1);
    await secateur.cut(70);
  });

  await test.step("keys zoom down to single weights and move", async () => {
    await map.focus();
    for (let press = 0; press < 12; press++) await page.keyboard.press("+");
    await expect(weights).toContainText("Each cell is a single weight. Cross-hatched weights are removed.");
    const here = await readout.innerText();
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("ArrowDown");
    await expect(readout).not.toHaveText(here);
  });

  await test.step("the pointer reads single weights, and drags", async () => {
    await map.scrollIntoViewIfNeeded();
    const { x, y, width, height } = (await map.boundingBox())!;
    await page.mouse.move(x + width / 2, y + height / 2);
    await expect(readout).toHaveText(/^channel \d+, input \d+: -?\S*\d/);
    await page.mouse.move(x + width / 2, y - 5);
    const here = await readout.innerText();
    await page.mouse.move(x + width / 2, y + height / 2);
    await page.mouse.down();
    await page.mouse.move(x + width / 2 + 90, y + height / 2 + 70, { steps: 3 });
    await page.mouse.up();
    await page.mouse.move(x + width / 2, y - 5);
    await expect(readout).toHaveText(/^channels/);
    await expect(readout).not.toHaveText(here);
    await weights.getByRole("button", { name: "Show all" }).click();
    await expect(readout).toHaveText("channels 0–1279 of 1280, columns 0–319 of 320");
  });

  await test.step("where single weights go, the histogram shows the threshold", async () => {
    const magnitudes = section("Magnitudes");
    await expect(magnitudes.getByRole("img")).toHaveAttribute("aria-label", /409600 values/);
    await expect(magnitudes.locator("line.threshold")).toHaveCount(0);
    await secateur.panel("Cut").getByRole("radio", { name: "Weights" }).check({ force: true });
    await expect(magnitudes.locator("line.threshold")).toHaveCount(1);
    await expect(magnitudes.locator("figcaption")).toContainText(/Threshold: \S*\d/);
  });

  await test.step("a phone shows it as well, and nothing is wider than it", async () => {
    await page.setViewportSize({ width: 360, height: 740 });
    await map.scrollIntoViewIfNeeded();
    await expect(map).toBeInViewport();
    await expect(weights).toContainText(/Each cell shows/);
    const wider = () =>
      page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    expect(await wider()).toBe(0);
  });
});
