/** If a model outputs probabilities, these are shown, not a softmax of them. */
import { expect, test, type Secateur } from "./secateur";
import { attribute, input, model, node, output, spread, weights } from "../support/onnx";

/** A classifier of eight classes; `ending` turns `logits` into `answer`. */
function classifier(ending: number[][]): Uint8Array {
  const pads = attribute("pads", [1, 1, 1, 1]);
  return model(
    node("Conv", ["image", "first"], ["x"], [pads]),
    node("Relu", ["x"], ["y"]),
    node("Conv", ["y", "second"], ["z"], [pads]),
    node("GlobalAveragePool", ["z"], ["pooled"]),
    node("Flatten", ["pooled"], ["flat"]),
    node("Gemm", ["flat", "last"], ["logits"], [attribute("transB", 1)]),
    ...ending,
    weights("first", [16, 3, 3, 3], spread),
    weights("second", [12, 16, 3, 3], spread),
    weights("last", [8, 12], (index) => 8 * spread(index * 7)),
    input("image", ["N", 3, 16, 16]),
    output("answer", ["N", 8]),
  );
}

/** The text of the first photo's card and of the summary of all photos. */
async function shown(secateur: Secateur, ending: number[][]): Promise<string[]> {
  await secateur.openFile("classifier.onnx", classifier(ending));
  await expect(secateur.panel("Model")).toContainText("classifier.onnx");
  await secateur.cut(40);
  await expect(secateur.check).toContainText("the smaller file gives the same answers", { timeout: 60_000 });
  await expect(secateur.summary).toContainText("of 3 photos", { timeout: 60_000 });
  const divergence = secateur.summary.locator("div", { hasText: "Mean KL divergence" }).locator("dd");
  const figures = secateur.page.locator("[data-photo] li .figure");
  return [...(await figures.allInnerTexts()), await divergence.innerText()];
}

test("probabilities are not taken for logits", async ({ secateur }) => {
  const ofLogits = await shown(secateur, [node("Identity", ["logits"], ["answer"])]);
  await secateur.reload();
  await expect(secateur.check).toBeVisible({ timeout: 60_000 });
  const ofProbabilities = await shown(secateur, [node("Softmax", ["logits"], ["answer"], [attribute("axis", 1)])]);
  // A second softmax would make all eight probabilities close to an eighth.
  expect(parseFloat(ofLogits[0]!)).toBeGreaterThan(25);
  expect(ofProbabilities).toEqual(ofLogits);
});
