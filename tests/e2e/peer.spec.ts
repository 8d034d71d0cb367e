/** The same exported bytes in ONNX Runtime Web, which is loaded only on request. */
import { expect, test, type Secateur } from "./secateur";
import { attribute, FLOAT16, input, model, node, output, spread, weights } from "../support/onnx";

/** How far both outputs are from ours according to a photo's card: original and pruned, as shares of the largest output. */
async function differences(secateur: Secateur): Promise<number[]> {
  const card = secateur.photo("Golden retriever");
  await expect(card).toContainText(/outputs differ from this page's by at most/, { timeout: 90_000 });
  await expect(card.getByRole("row", { name: /ORT Web, pruned/ })).toBeVisible();
  return (await card.getByTestId("difference").allInnerTexts()).map(Number);
}

test("ONNX Runtime Web stands beside ours, and loads only then", async ({ secateur, page }) => {
  const fetched: string[] = [];
  page.on("request", (request) => fetched.push(request.url()));
  await secateur.openAndCut();
  await expect(secateur.summary).toBeVisible({ timeout: 60_000 });
  expect(fetched.filter((url) => /ort[-.]/.test(url))).toEqual([]);

  await page.getByRole("switch", { name: "Also run in ONNX Runtime Web" }).check();
  const found = await differences(secateur);
  expect(found).toHaveLength(2);
  for (const difference of found) expect(difference).toBeLessThan(1e-4);
});

test("a model that takes, holds and gives half-precision numbers runs in both", async ({ secateur, page }) => {
  const weight = (name: string, dims: number[], scale: number) =>
    weights(name, dims, (index) => spread(index) * scale, FLOAT16);
  const bytes = model(
    node("Conv", ["image", "first"], ["a"], [attribute("pads", [1, 1, 1, 1]), attribute("strides", [2, 2])]),
    node("Relu", ["a"], ["b"]),
    node("Conv", ["b", "second"], ["c"], [attribute("pads", [1, 1, 1, 1])]),
    node("Relu", ["c"], ["d"]),
    node("GlobalAveragePool", ["d"], ["e"]),
    node("Flatten", ["e"], ["f"]),
    node("Gemm", ["f", "last"], ["logits"], [attribute("transB", 1)]),
    weight("first", [16, 3, 3, 3], 0.2),
    weight("second", [12, 16, 3, 3], 0.2),
    weight("last", [10, 12], 1),
    input("image", ["N", 3, 32, 32], FLOAT16),
    output("logits", ["N", 10], FLOAT16),
  );
  await secateur.openFile("half.onnx", bytes);
  await expect(secateur.check).toBeVisible({ timeout: 60_000 });
  await secateur.cut(30);
  await expect(secateur.total("Multiply-adds")).toContainText("−");
  await expect(secateur.check).toContainText("the smaller file gives the same answers", { timeout: 60_000 });
  await expect(secateur.panel("Model").getByRole("alert")).toHaveCount(0);
  await expect(secateur.summary).toContainText("of 3 photos", { timeout: 60_000 });
  await page.getByRole("switch", { name: "Also run in ONNX Runtime Web" }).check();
  const found = await differences(secateur);
  expect(found).toHaveLength(2);
  // Half precision has eleven bits, of which sums lose a few.
  for (const difference of found) expect(difference).toBeLessThan(1e-2);
});
