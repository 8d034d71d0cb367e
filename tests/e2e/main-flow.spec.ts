/** The main job: open EfficientNet-Lite0, cut to 70 % of the multiply-adds, compare, take home; and check it outside. */
import { readFileSync } from "node:fs";
import * as ort from "onnxruntime-web";
import { initSync, Runner } from "../../www/pkg/secateur.js";
import { efficientnet, efficientnetPreset, expect, PACKAGE, test, type Secateur } from "./secateur";

/** One of the five best classes. */
interface Choice {
  index: number;
  percent: number;
}

test("EfficientNet-Lite0, pruned to 70 % of its multiply-adds, is what the page shows", async ({ secateur, page }) => {
  await secateur.openGalleryModel();
  await secateur.cut(50);
  await expect(secateur.total("Multiply-adds")).toContainText("−5");
  await secateur.cut(30);
  await expect(secateur.total("Multiply-adds")).toContainText(/−(30|31)/);
  await expect(secateur.check).toContainText(/re-packed = masked, max difference \S+, checked on your photo/);

  await test.step("every sample photo is compared", async () => {
    const strip = page.getByRole("group", { name: "Photos to compare on" });
    for (const photo of await strip.getByRole("button", { pressed: false }).elementHandles()) await photo.click();
    await expect(secateur.summary).toContainText(/\d of 9 photos/, { timeout: 90_000 });
    await expect(secateur.summary).toContainText("Speed-up");
  });

  const [download] = await Promise.all([
    page.waitForEvent("download"),
    secateur
      .panel("Take home")
      .getByRole("link", { name: /^Download ONNX/ })
      .click(),
  ]);
  expect(download.suggestedFilename()).toBe("efficientnet-lite0-pruned.onnx");
  const pruned = readFileSync(await download.path());
  expect(pruned.length).toBeLessThan(efficientnet().length);

  await test.step("ONNX Runtime agrees with what the page shows", async () => {
    initSync({ module: readFileSync(PACKAGE) });
    const runner = new Runner();
    const original = await ort.InferenceSession.create(efficientnet());
    const session = await ort.InferenceSession.create(pruned);
    for (const name of ["March Pastoral", "Boats in River, Nagasaki", "Locomotion House Cat"]) {
      const input = runner.prepare(await pixelsOf(secateur, name), efficientnetPreset());
      await expectSame(await shown(secateur, name, "original"), await probabilities(original, input));
      await expectSame(await shown(secateur, name, "pruned"), await probabilities(session, input));
    }
  });
});

/** What a card shows: the first five classes with their percentages. */
async function shown(secateur: Secateur, photo: string, model: "original" | "pruned"): Promise<Choice[]> {
  const rows = await secateur.photo(photo).locator(`.${model} li`).all();
  return Promise.all(
    rows.map(async (row) => ({
      index: Number(/class (\d+)/.exec((await row.getAttribute("title")) ?? "")?.[1]),
      percent: parseFloat(await row.locator(".figure").innerText()),
    })),
  );
}

/** The photo's pixels as the browser decodes them. */
async function pixelsOf({ page }: Secateur, photo: string) {
  const { width, height, base64 } = await page
    .locator(`[data-photo="${photo}"] img`)
    .evaluate(async (image: HTMLImageElement) => {
      const bitmap = await createImageBitmap(await (await fetch(image.src)).blob(), { imageOrientation: "from-image" });
      const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
      const context = canvas.getContext("2d")!;
      context.drawImage(bitmap, 0, 0);
      const { data } = context.getImageData(0, 0, bitmap.width, bitmap.height);
      let binary = "";
      for (let at = 0; at < data.length; at += 8192) binary += String.fromCharCode(...data.subarray(at, at + 8192));
      return { width: bitmap.width, height: bitmap.height, base64: btoa(binary) };
    });
  return { width, height, data: new Uint8ClampedArray(Buffer.from(base64, "base64")) };
}

/** Softmax of the logits that ONNX Runtime gives. */
async function probabilities(session: ort.InferenceSession, input: Float32Array): Promise<number[]> {
  const tensor = new ort.Tensor("float32", input, [1, 3, 224, 224]);
  const outputs = await session.run({ [session.inputNames[0]!]: tensor });
  const logits = [...(outputs[session.outputNames[0]!]!.data as Float32Array)];
  const largest = Math.max(...logits);
  const powers = logits.map((logit) => Math.exp(logit - largest));
  const sum = powers.reduce((total, power) => total + power, 0);
  return powers.map((power) => power / sum);
}

function expectSame(choices: Choice[], expected: number[]): void {
  const best = expected.map((share, index) => ({ index, percent: share * 100 }));
  best.sort((one, other) => other.percent - one.percent);
  expect(choices.map(({ index }) => index)).toEqual(best.slice(0, 5).map(({ index }) => index));
  // The page writes per cents to one decimal place.
  for (const [rank, { percent }] of choices.entries()) expect(percent).toBeCloseTo(best[rank]!.percent, 0);
}
