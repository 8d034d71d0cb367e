/** A cut is recovered in the page, with and without labels, and what the page reports holds outside. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { execFileSync } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expectOutside } from "./outside";
import { A_DOZEN, CLASSROOM, efficientnet, expect, ROOT, test, type Secateur } from "./secateur";

const CIFAR = join(ROOT, "../shared/data/cifar10-jpeg-test.tar");
const RESNET = join(ROOT, "../shared/models/resnet20-cifar10.onnx");

/** The numbers of a row of the table of what recovery did: original, cut, recovered. */
async function numbers(secateur: Secateur, row: RegExp): Promise<number[]> {
  const cells = await secateur.page.getByTestId("recovered").getByRole("row", { name: row }).getByRole("cell").all();
  return Promise.all(cells.map(async (cell) => parseFloat(await cell.innerText())));
}

async function download(secateur: Secateur): Promise<Buffer> {
  const link = secateur.panel("Export").getByRole("link", { name: /^Download ONNX/ });
  const [taken] = await Promise.all([secateur.page.waitForEvent("download"), link.click()]);
  return readFileSync(await taken.path());
}

test("EfficientNet-Lite0 is reconstructed without labels, and the exported file is that model", async ({
  secateur,
  page,
}) => {
  await secateur.openGalleryModel();
  await secateur.cut(30);
  await secateur.pickPhotos(A_DOZEN);
  await secateur.expectCompared(A_DOZEN);

  const panel = secateur.panel("Recover");
  await panel.getByRole("button", { name: "Recover accuracy" }).click();
  await expect(page.getByTestId("recovered")).toBeVisible({ timeout: 120_000 });
  const [original, cut, recovered] = await numbers(secateur, /^Mean KL/);
  expect(original).toBe(0);
  expect(recovered!).toBeLessThan(cut!);

  await secateur.expectCompared(A_DOZEN);
  const notNew = page.getByTestId("not-new");
  await expect(notNew).toContainText(`Used to train or to choose the best model: ${A_DOZEN} of ${A_DOZEN} photos`);
  await secateur.reload();
  await expect(page.getByTestId("recovered")).toBeVisible({ timeout: 60_000 });
  expect(await numbers(secateur, /^Mean KL/)).toEqual([original, cut, recovered]);
  await secateur.expectCompared(A_DOZEN);
  await expect(notNew).toContainText(`${A_DOZEN} of ${A_DOZEN} photos`);
  await expectOutside(secateur, { original: efficientnet(), pruned: await download(secateur) }, ["Golden retriever"]);
});

test("a labeled folder: accuracy falls, comes back by fine-tuning, and is found again after a reload", async ({
  secateur,
  page,
}) => {
  test.skip(!existsSync(CIFAR) || !existsSync(RESNET), "../shared is not there");
  const folder = mkdtempSync(join(tmpdir(), "secateur-"));
  try {
    execFileSync("tar", ["xf", CIFAR, "-C", folder, "--wildcards", "test/*/000?.jpg", "test/*/001?.jpg"]);
    await secateur.chooseFile(RESNET);
    await expect(secateur.check).toBeVisible({ timeout: 60_000 });
    const preset = join(ROOT, "www/presets/resnet20-cifar10.json");
    await secateur.panel("Preprocessing").locator("input[type=file]").last().setInputFiles(preset);
    await secateur.cut(40);
    const panel = secateur.panel("Recover");
    await panel.getByTestId("folder").setInputFiles(join(folder, "test"));
    await expect(panel).toContainText("200 photos from “test”, in 10 classes");
    await panel.getByRole("radio", { name: "Fine-tune" }).check({ force: true });
    await panel.getByLabel("steps", { exact: true }).fill("12");
    await panel.getByRole("button", { name: "Recover accuracy" }).click();

    await expect(panel.getByText(/photos per second/)).toBeVisible({ timeout: 120_000 });
    await panel.getByRole("button", { name: "Pause" }).click();
    const progress = panel.getByRole("progressbar");
    await page.waitForTimeout(2_500);
    const stands = await progress.getAttribute("aria-valuenow");
    await page.waitForTimeout(1_500);
    expect(await progress.getAttribute("aria-valuenow")).toBe(stands);
    await panel.getByRole("button", { name: "Resume" }).click();

    await expect(page.getByTestId("recovered")).toBeVisible({ timeout: 200_000 });
    const [original, cut, recovered] = await numbers(secateur, /^Accuracy/);
    expect(cut!).toBeLessThan(original!);
    expect(recovered!).toBeGreaterThan(cut!);
    await secateur.reload();
    await expect(page.getByTestId("recovered")).toBeVisible({ timeout: 60_000 });
    expect(await numbers(secateur, /^Accuracy/)).toEqual([original, cut, recovered]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("to the line: rounds go on the list, and a cancel keeps what was finished", async ({ secateur, page }) => {
  await secateur.openAndCut();
  await expect(secateur.summary).toContainText("of 3 photos", { timeout: 60_000 });
  const panel = secateur.panel("Recover");
  await secateur.pickPhotos(A_DOZEN);
  await panel.getByLabel(/^Maximum accuracy drop/).fill("99");
  await panel.getByRole("button", { name: "Search", exact: true }).click();
  await expect(panel.getByText(/Round 2/)).toBeVisible({ timeout: 200_000 });
  await panel.getByRole("button", { name: "Cancel" }).click();
  await expect(panel).toContainText("Everything that was finished is kept");
  const round = panel.getByRole("button", { name: /of the multiply-adds/ });
  await expect(round).toHaveCount(1);
  await expect(round).toHaveAttribute("aria-pressed", "true");
  await secateur.expectToWork();
  await expect(round).toHaveAttribute("aria-pressed", "false");
  await round.click();
  await expect(page.getByTestId("recovered")).toBeVisible();
});

test("a model below the line is in the plot, and a click selects it to be compared and exported", async ({
  secateur,
  page,
}) => {
  await secateur.openGalleryModel(CLASSROOM.title);
  await secateur.cut(70);
  const panel = secateur.panel("Recover");
  await expect(panel.getByTestId("training-data")).toContainText("Fashion-MNIST");
  await panel.getByRole("radio", { name: "Recalibrate" }).check({ force: true });
  await panel.getByLabel(/^Maximum accuracy drop/).fill("1");
  await panel.getByRole("combobox", { name: "Schedule", exact: true }).selectOption("oneShot");
  await panel.getByRole("button", { name: "Search", exact: true }).click();
  const beyond = panel.getByRole("button", { name: /below the line$/ });
  await expect(beyond).toBeVisible({ timeout: 200_000 });
  await expect(panel.getByRole("progressbar")).toHaveCount(0, { timeout: 120_000 });
  // Only a model above the line is adopted automatically.
  await expect(beyond).toHaveAttribute("aria-pressed", "false");
  await expect(page.getByTestId("recovered")).toHaveCount(0);

  const point = panel.locator("figure path.point.beyond").first();
  await expect(point).toHaveCSS("cursor", "pointer");
  await point.click();
  await expect(beyond).toHaveAttribute("aria-pressed", "true");
  const [, cut, recovered] = await numbers(secateur, /^Accuracy/);
  await expect(beyond).toContainText(`${cut}\u00a0% → ${recovered}\u00a0%`);
  await expect(secateur.summary).toContainText(/\d photos/, { timeout: 90_000 });
  const taken = await download(secateur);
  await secateur.reload();
  await expect(beyond).toHaveAttribute("aria-pressed", "true", { timeout: 60_000 });
  await expect(secateur.summary).toContainText(/\d photos/, { timeout: 90_000 });
  expect(Buffer.compare(await download(secateur), taken)).toBe(0);
  // Its file records how it was recovered, which the file of the cut alone does not.
  expect(taken.includes("secateur.recovery")).toBe(true);
});

/** However long a step takes, drawing never waits for it, as it would if training kept the page's own thread busy. */
test("the page keeps drawing while a model learns", { tag: "@alone" }, async ({ secateur, page }) => {
  await secateur.openAndCut();
  await secateur.pickPhotos(A_DOZEN);
  await secateur.expectCompared(A_DOZEN);
  const panel = secateur.panel("Recover");
  await panel.getByRole("radio", { name: "Distill" }).check({ force: true });
  await panel.getByLabel("steps", { exact: true }).fill("6");
  await panel.getByLabel("Batch size (photos)").fill("24");
  // So that no rate is looked for first, which takes eight times as many steps.
  await panel.getByRole("spinbutton", { name: "Learning rate" }).fill("0.00002");
  await panel.getByRole("button", { name: "Recover accuracy" }).click();
  await expect(panel.getByText(/photos per second/)).toBeVisible({ timeout: 120_000 });
  const { seconds, steps, frames, slowest } = await page.evaluate(async () => {
    const bar = document.querySelector("#recover [role=progressbar]")!;
    const text = () => document.querySelector("#recover")!.textContent;
    const stepNow = () => Number(/Distilling: (\d+) of/.exec(text())?.[1] ?? NaN);
    let [frames, slowest, last] = [0, 0, performance.now()];
    const [start, first] = [last, stepNow()];
    let step = first;
    while (bar.isConnected) {
      const now = await new Promise<number>((resolve) => requestAnimationFrame(resolve));
      frames += 1;
      slowest = Math.max(slowest, now - last);
      last = now;
      const at = stepNow();
      if (Number.isNaN(at)) break;
      step = at;
    }
    return { seconds: (last - start) / 1000, steps: step - first, frames, slowest: slowest / 1000 };
  });
  const told = `${frames} frames in the ${seconds} s of ${steps} steps, none later than ${slowest} s`;
  test.info().annotations.push({ type: "frames while a model learns", description: told });
  console.log(`frames while a model learns: ${told}`);
  expect(steps).toBeGreaterThan(1);
  expect(slowest, told).toBeLessThan(seconds / steps / 2);
  expect(frames, told).toBeGreaterThan(2 * seconds);
});

test("too few photos are refused with the reason", async ({ secateur, page }) => {
  await secateur.openGalleryModel();
  const strip = page.getByRole("group", { name: "Photos to compare on" });
  for (const photo of await strip.getByRole("button", { pressed: true }).elementHandles()) await photo.click();
  await secateur.panel("Recover").getByRole("button", { name: "Recover accuracy" }).click();
  await expect(secateur.panel("Recover").getByRole("alert")).toContainText("too few photos");
});
