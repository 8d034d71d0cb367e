/** Compares what the page shows for EfficientNet-Lite0 with what ONNX Runtime computes from the same files and photos. */
import { readFileSync } from "node:fs";
import * as ort from "onnxruntime-web";
import { initSync, Runner } from "../../www/pkg/secateur.js";
import { efficientnetPreset, expect, PACKAGE, type Secateur } from "./secateur";

/** One of the five best classes. */
interface Choice {
  index: number;
  percent: number;
}

type Which = "original" | "pruned";

/** ONNX Runtime predicts the classes and percentages that the photos' cards show. */
export async function expectOutside(
  secateur: Secateur,
  files: Record<Which, Uint8Array>,
  photos: readonly string[],
): Promise<void> {
  initSync({ module: readFileSync(PACKAGE) });
  const runner = new Runner();
  for (const which of ["original", "pruned"] as const) {
    const session = await ort.InferenceSession.create(files[which]);
    for (const name of photos) {
      const input = runner.prepare(await pixelsOf(secateur, name), efficientnetPreset());
      expectSame(await shown(secateur, name, which), await probabilities(session, input));
    }
  }
}

/** What a card shows: the first five classes with their percentages. */
async function shown(secateur: Secateur, photo: string, model: Which): Promise<Choice[]> {
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

/** Softmax of ONNX Runtime's logits. */
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
  // The page shows percentages with one decimal place, so they are off by at most half of that.
  for (const [rank, { percent }] of choices.entries())
    expect(Math.abs(percent - best[rank]!.percent)).toBeLessThan(0.051);
}
