/** One button chooses everything, and what the page says of the model on photos that were held back holds outside. */
import { execFileSync } from "node:child_process";
import { copyFileSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "@playwright/test";
import * as ort from "onnxruntime-web";
import type { ComparisonResult, ShrinkStep, Tried } from "../../www/core/protocol";
import { initSync, Runner } from "../../www/pkg/secateur.js";
import { CLASSROOM, efficientnet, efficientnetPreset, expect, PACKAGE, ROOT, test, type Secateur } from "./secateur";

const PHOTOS = join(ROOT, "../shared/data/photos-500.tar");
/** Photos to train on and choose by, and photos to test on. */
const [SOME, OTHERS] = [60, 40];
const TITLE = "Make it smaller automatically";

/** What the page writes down of the steps. */
interface Report {
  steps: ShrinkStep[];
  tried: Tried[];
  taken: number;
  tested: ComparisonResult;
}

/** Every fourth photo, some in a folder “train” and others in a folder “test”. One outside makes them photos without labels. */
function photosIn(folder: string): string {
  execFileSync("tar", ["xf", PHOTOS, "-C", folder]);
  const all = join(folder, "photos-500");
  const classes = readdirSync(all).sort((one, other) => Number(one) - Number(other));
  const set = join(folder, "set");
  const spread = classes.filter((_, index) => index % 4 === 0).slice(0, SOME + OTHERS);
  // Both parts hold classes of every kind: those that follow one another are alike.
  const isTraining = (index: number) => index % 5 < (5 * SOME) / (SOME + OTHERS);
  for (const [index, name] of spread.entries())
    cpSync(join(all, name), join(set, isTraining(index) ? "train" : "test", name), { recursive: true });
  const [first] = readdirSync(join(all, classes[1]!));
  mkdirSync(set, { recursive: true });
  copyFileSync(join(all, classes[1]!, first!), join(set, first!));
  return set;
}

function testPhotos(set: string): Buffer[] {
  const folder = join(set, "test");
  return readdirSync(folder).flatMap((name) =>
    readdirSync(join(folder, name)).map((photo) => readFileSync(join(folder, name, photo))),
  );
}

/** The photo's pixels as the browser decodes them. */
async function pixelsOf(page: Page, photo: Buffer) {
  const { width, height, base64 } = await page.evaluate(async (encoded) => {
    const bytes = Uint8Array.from(atob(encoded), (letter) => letter.charCodeAt(0));
    const bitmap = await createImageBitmap(new Blob([bytes]), { imageOrientation: "from-image" });
    const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
    const context = canvas.getContext("2d")!;
    context.drawImage(bitmap, 0, 0);
    const { data } = context.getImageData(0, 0, bitmap.width, bitmap.height);
    let binary = "";
    for (let at = 0; at < data.length; at += 8192) binary += String.fromCharCode(...data.subarray(at, at + 8192));
    return { width: bitmap.width, height: bitmap.height, base64: btoa(binary) };
  }, photo.toString("base64"));
  return { width, height, data: new Uint8ClampedArray(Buffer.from(base64, "base64")) };
}

/** Logarithms of what ONNX Runtime finds the probabilities of the classes to be. */
async function logProbabilities(session: ort.InferenceSession, input: Float32Array): Promise<number[]> {
  const tensor = new ort.Tensor("float32", input, [1, 3, 224, 224]);
  const outputs = await session.run({ [session.inputNames[0]!]: tensor });
  const logits = [...(outputs[session.outputNames[0]!]!.data as Float32Array)];
  const largest = Math.max(...logits);
  const normalizer = largest + Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit - largest), 0));
  return logits.map((logit) => logit - normalizer);
}

/** How ONNX Runtime finds two files to agree on photos. */
async function outside(page: Page, files: readonly Uint8Array[], photos: readonly Buffer[]) {
  initSync({ module: readFileSync(PACKAGE) });
  const runner = new Runner();
  const [original, pruned] = await Promise.all(files.map((file) => ort.InferenceSession.create(file)));
  const first = (values: readonly number[]) => values.indexOf(Math.max(...values));
  let [agreeing, kl] = [0, 0];
  for (const photo of photos) {
    const input = runner.prepare(await pixelsOf(page, photo), efficientnetPreset());
    const [theirs, ours] = [await logProbabilities(original!, input), await logProbabilities(pruned!, input)];
    if (first(theirs) === first(ours)) agreeing += 1;
    kl += theirs.reduce((sum, theirLog, at) => sum + Math.exp(theirLog) * (theirLog - ours[at]!), 0);
  }
  return { agreeing, kl: kl / photos.length };
}

async function download(secateur: Secateur, name: RegExp): Promise<Buffer> {
  const link = secateur.panel("Export").getByRole("link", { name });
  const [taken] = await Promise.all([secateur.page.waitForEvent("download"), link.click()]);
  return readFileSync(await taken.path());
}

test("a folder of photos and one button give a smaller file that answers as the page says", async ({
  secateur,
  page,
}) => {
  test.skip(!existsSync(PHOTOS), "../shared is not there");
  test.setTimeout(1_800_000);
  const folder = mkdtempSync(join(tmpdir(), "secateur-"));
  try {
    const set = photosIn(folder);
    await secateur.openGalleryModel();
    const recover = secateur.panel("Recover");
    await recover.getByRole("radio", { name: "Distill" }).check({ force: true });
    await recover.getByLabel("steps", { exact: true }).fill("16");
    const panel = secateur.panel(TITLE);
    await expect(panel).toContainText("Training uses the settings that you changed in “Recover”");
    await panel.getByTestId("folder").setInputFiles(set);
    await expect(panel.getByTestId("training-data")).toHaveText(
      `${SOME + 1} photos from “set”. ${OTHERS} more photos are used only for testing.`,
    );
    await panel.getByRole("button", { name: "Make it smaller" }).click();
    const tried = panel.getByTestId("tried");
    await expect(tried.getByRole("row").nth(1)).toContainText("being tried", { timeout: 120_000 });
    const made = panel.getByTestId("made");
    await expect(made).toBeVisible({ timeout: 1_500_000 });
    await expect(panel.getByRole("progressbar")).toHaveCount(0, { timeout: 120_000 });
    await expect(tried.getByRole("row", { name: /taken/ })).toHaveCount(1);
    const shown = await made.getByRole("row", { name: /^Test: agreement/ }).innerText();

    const report = JSON.parse((await download(secateur, /^Download steps/)).toString()) as Report;
    expect(report.steps.some((step) => "cut" in step)).toBe(true);
    expect(report.tried[report.taken]!.left.macs).toBeLessThan(0.76);
    const file = await download(secateur, /^Download ONNX/);
    const { agreeing, kl } = await outside(page, [efficientnet(), file], testPhotos(set));
    const told = `${agreeing} of ${OTHERS} photos agree, KL ${kl}; the page: ${JSON.stringify(report.tested)}`;
    test.info().annotations.push({ type: "photos that were held back", description: told });
    console.log(`photos that were held back: ${told}`);
    const { agreement, kl: ownKl, pictures } = report.tested.quality;
    expect(pictures).toBe(OTHERS);
    expect(agreement! * OTHERS, told).toBeCloseTo(agreeing, 3);
    expect(Math.abs(ownKl! - kl) / kl, told).toBeLessThan(1e-3);
    expect(parseFloat(shown.split("\t").at(-1)!)).toBeCloseTo(100 * agreement!, 1);
    expect(agreement!, told).toBeGreaterThan(0.75);

    await secateur.reload();
    await expect(made.getByRole("row", { name: /^Test: agreement/ })).toHaveText(shown.replaceAll("\t", ""), {
      timeout: 60_000,
    });
    await expect(secateur.summary).toContainText(/\d photos/, { timeout: 90_000 });
    expect(Buffer.compare(await download(secateur, /^Download ONNX/), file)).toBe(0);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("few photos: the page says what they cost, offers its samples, and helpers train the best cut", async ({
  secateur,
  page,
}) => {
  await secateur.openGalleryModel(CLASSROOM.title);
  const recover = secateur.panel("Recover");
  await recover.getByRole("radio", { name: "Distill" }).check({ force: true });
  await recover.getByLabel("steps", { exact: true }).fill("400");
  const panel = secateur.panel(TITLE);
  await panel.getByRole("radio", { name: "Comparison photos" }).check({ force: true });
  await expect(panel).toContainText("With so few photos");
  await panel.getByRole("button", { name: /^Use all \d+ sample photos/ }).click();
  await expect(panel.getByTestId("training-data")).toHaveText(/^\d\d photos from the comparison\./);
  await panel.getByLabel(/^Multiply-adds to keep/).fill("60");
  await panel.getByRole("button", { name: "Make it smaller" }).click();

  await expect(panel.getByText(/^Distilling: \d+ of 400/)).toBeVisible({ timeout: 120_000 });
  const cores = await page.evaluate(() => navigator.hardwareConcurrency);
  const helpers = () => page.workers().filter((worker) => worker.url().endsWith("#replica")).length;
  if (cores > 1) await expect.poll(helpers).toBeGreaterThan(0);
  // Should anything go wrong from here on, the cut that took so long to find is there.
  const unfinished = recover.getByRole("button", { name: /^.* automatic, .*unfinished, step 0 of 400$/ });
  await expect(unfinished).toBeVisible();
  await panel.getByRole("button", { name: "Stop and keep the best model" }).click();
  const made = panel.getByTestId("made");
  await expect(made).toBeVisible({ timeout: 60_000 });
  await expect.poll(helpers).toBe(0);
  await expect(unfinished).toHaveCount(0);
  await expect(made.getByRole("row", { name: /taken/ })).toContainText(/[4-6]\d(\.\d)?\s%/);
  const file = await download(secateur, /^Download ONNX/);

  // A cut by hand takes its place, and undo brings it back.
  await secateur.cut(30);
  await expect(made).toHaveCount(0);
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(made).toBeVisible();
  await expect.poll(async () => Buffer.compare(await download(secateur, /^Download ONNX/), file)).toBe(0);
});
