/**
 * The whole loop on the classroom's network, with real labels: a cut, a drop in accuracy, fine-tuning, a budget search, a
 * reload, and a file whose accuracy in ONNX Runtime is the one that the page shows.
 */
import { readFileSync } from "node:fs";
import * as ort from "onnxruntime-web";
import { expect, test, type Secateur } from "./secateur";

const SIDE = 28;
const IN_A_ROW = 100;
const BATCH = 100;
/** Percentage points that may be lost. */
const LINE = 5;

/** The numbers of a row of the table of what recovery did, in per cent. */
async function numbers(secateur: Secateur, row: RegExp): Promise<number[]> {
  const cells = await secateur.page.getByTestId("recovered").getByRole("row", { name: row }).getByRole("cell").all();
  const texts = await Promise.all(cells.map((cell) => cell.innerText()));
  return texts.filter((text) => text !== "").map((text) => parseFloat(text));
}

/** The published test pictures as one sequence of gray levels, as the browser decodes the page's pack. */
async function testPictures({ page }: Secateur): Promise<{ levels: Buffer; labels: Buffer }> {
  const base64 = await page.evaluate(
    async ({ side, inARow }) => {
      const blob = await (await fetch("gallery/fashion-mnist/test.webp")).blob();
      const sheet = await createImageBitmap(blob, { colorSpaceConversion: "none", premultiplyAlpha: "none" });
      const context = new OffscreenCanvas(sheet.width, sheet.height).getContext("2d")!;
      context.drawImage(sheet, 0, 0);
      const { data } = context.getImageData(0, 0, sheet.width, sheet.height);
      const count = inARow * Math.floor(sheet.height / side);
      const levels = new Uint8Array(count * side * side);
      for (let at = 0; at < levels.length; at++) {
        const picture = Math.floor(at / (side * side));
        const x = (picture % inARow) * side + (at % side);
        const y = Math.floor(picture / inARow) * side + (Math.floor(at / side) % side);
        levels[at] = data[4 * (y * sheet.width + x)]!;
      }
      let binary = "";
      for (let at = 0; at < levels.length; at += 8192) binary += String.fromCharCode(...levels.subarray(at, at + 8192));
      return btoa(binary);
    },
    { side: SIDE, inARow: IN_A_ROW },
  );
  const file = readFileSync(new URL("../../www/public/gallery/fashion-mnist/test-labels-idx1-ubyte", import.meta.url));
  return { levels: Buffer.from(base64, "base64"), labels: file.subarray(8) };
}

/** How a model was recovered, according to its file: an entry for each time. */
function recordOf(model: Buffer): { method: string }[] {
  const text = model.toString("latin1");
  const [, record] = /secateur\.recovery[^[]*(\[\{.*?\}\])/.exec(text)!;
  return JSON.parse(record!) as { method: string }[];
}

/** Top-1 accuracy on the test pictures in ONNX Runtime, in per cent. */
async function accuracyOutside(model: Uint8Array, { levels, labels }: { levels: Buffer; labels: Buffer }) {
  const session = await ort.InferenceSession.create(model);
  let right = 0;
  for (let first = 0; first < labels.length; first += BATCH) {
    const pixels = levels.subarray(first * SIDE * SIDE, (first + BATCH) * SIDE * SIDE);
    const input = Float32Array.from(pixels, (level) => (level - 72.94) / 90.02);
    const tensor = new ort.Tensor("float32", input, [BATCH, 1, SIDE, SIDE]);
    const outputs = await session.run({ [session.inputNames[0]!]: tensor });
    const logits = outputs[session.outputNames[0]!]!.data as Float32Array;
    for (let i = 0; i < BATCH; i++) {
      const own = logits.subarray(i * 10, (i + 1) * 10);
      if (own.indexOf(Math.max(...own)) === labels[first + i]) right += 1;
    }
  }
  return (100 * right) / labels.length;
}

test("the classroom's network is cut, taught again, taken to the line, found again, and as good outside", async ({
  secateur,
  page,
}) => {
  // Training and measuring take minutes, and longer on a busy machine.
  test.setTimeout(900_000);
  const log = secateur.panel("Model").getByRole("link", { name: "Download the training log" });
  const [saved] = await Promise.all([page.waitForEvent("download"), log.click()]);
  const { epochs } = JSON.parse(readFileSync(await saved.path(), "utf8")) as { epochs: { accuracy: number }[] };
  expect(epochs).toHaveLength(16);
  expect(epochs.at(-1)!.accuracy).toBeGreaterThan(epochs[0]!.accuracy);

  await secateur.openGalleryModel("A classroom's network");
  await secateur.cut(50);
  const panel = secateur.panel("Recover");
  await expect(panel.getByTestId("training-data")).toContainText("12000 photos from Fashion-MNIST");
  await panel.getByRole("radio", { name: "Fine-tune" }).check({ force: true });
  await panel.getByLabel("steps", { exact: true }).fill("200");
  await panel.getByLabel(/^Maximum accuracy drop/).fill(String(LINE));
  await panel.getByRole("button", { name: "Recover accuracy" }).click();
  const losses = panel.getByRole("img", { name: /^training loss/ });
  await expect(losses).toBeVisible({ timeout: 240_000 });
  await expect(panel.getByText(/About .* left/)).toBeVisible();

  await expect(page.getByTestId("recovered")).toBeVisible({ timeout: 400_000 });
  const [original, cut, recovered] = await numbers(secateur, /^Accuracy/);
  expect(cut!).toBeLessThan(original! - LINE);
  expect(recovered!).toBeGreaterThan(original! - LINE);
  // The same on the test pictures, on which all three are measured.
  await expect(page.getByTestId("recovered").getByRole("row", { name: /^Test/ })).toBeVisible({ timeout: 240_000 });
  const [whole, alone, back] = await numbers(secateur, /^Test/);
  expect(alone!).toBeLessThan(whole! - LINE);
  expect(back!).toBeGreaterThan(whole! - LINE);

  await panel.getByRole("combobox", { name: "Schedule", exact: true }).selectOption("linear");
  await panel.getByLabel("Rounds", { exact: true }).fill("2");
  await panel.getByRole("button", { name: "Search", exact: true }).click();
  const models = panel.getByRole("button", { name: /of the multiply-adds/ });
  await expect(models).toHaveCount(3, { timeout: 250_000 });
  await expect(page.getByTestId("recovered").getByRole("row", { name: /^Test/ })).toBeVisible({ timeout: 240_000 });
  const shown = await numbers(secateur, /^Test/);
  const list = await models.allInnerTexts();
  const rounds = list.filter((text) => text.includes("in rounds"));
  expect(rounds).toHaveLength(2);
  for (const round of rounds) {
    expect(round).not.toContain("below the line");
    const [, after] = /→ (\S+)\s%/.exec(round)!;
    expect(Number(after)).toBeGreaterThanOrEqual(original! - LINE);
  }
  // The newest model is the second round's, and is the one in use.
  expect(rounds[0]).toBe(list[0]);
  await expect(models.first()).toHaveAttribute("aria-pressed", "true");

  await secateur.reload();
  await expect(page.getByTestId("recovered")).toBeVisible({ timeout: 60_000 });
  expect(await numbers(secateur, /^Test/)).toEqual(shown);
  expect(await models.allInnerTexts()).toEqual(list);

  await expect(secateur.check).toBeVisible({ timeout: 60_000 });
  const link = secateur.panel("Export").getByRole("link", { name: /^Download ONNX/ });
  const [taken] = await Promise.all([page.waitForEvent("download"), link.click()]);
  const file = readFileSync(await taken.path());
  // Each round continues from the one before, so the second one's file records both.
  expect(recordOf(file).map(({ method }) => method)).toEqual(["finetune", "finetune"]);
  const pictures = await testPictures(secateur);
  expect(pictures.labels).toHaveLength(10_000);
  const outside = await accuracyOutside(file, pictures);
  // The page shows percentages with one decimal place.
  expect(Math.abs(outside - shown.at(-1)!)).toBeLessThan(0.051);
});
