/** Models that contradict themselves are refused in plain words; unusual ones open, and the page says what is unusual. */
import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "./secateur";
import { attribute, input, model, node, outside, output, spread, stated, weights } from "../support/onnx";

const pads = attribute("pads", [1, 1, 1, 1]);

/** Three convolutions, a pool and a linear layer; `middle` comes before the last convolution and turns `b` into `c`. */
function classifier(middle: number[][], image: (number | string)[] = ["N", 3, 16, 16]): Uint8Array {
  return model(
    node("Conv", ["image", "first"], ["x"], [pads]),
    node("Relu", ["x"], ["y"]),
    node("Conv", ["y", "between"], ["a"], [pads]),
    node("Relu", ["a"], ["b"]),
    ...middle,
    node("Conv", ["c", "second"], ["d"], [pads]),
    node("Relu", ["d"], ["e"]),
    node("GlobalAveragePool", ["e"], ["f"]),
    node("Flatten", ["f"], ["g"]),
    node("Gemm", ["g", "last"], ["logits"], [attribute("transB", 1)]),
    weights("first", [16, 3, 3, 3], spread),
    weights("between", [8, 16, 3, 3], spread),
    weights("second", [12, 8, 3, 3], spread),
    weights("last", [4, 12], spread),
    input("image", image),
    output("logits", ["N", 4]),
  );
}

/** Without it, what comes behind an unknown operator could not be counted. */
const shapeOfC = stated("c", ["N", 8, 16, 16]);

const contradictions: [what: string, bytes: () => Uint8Array, told: RegExp][] = [
  [
    "its weights lie in another file",
    () =>
      model(
        node("Conv", ["image", "w"], ["y"], [pads]),
        outside("w", [4, 3, 3, 3], "weights.bin"),
        input("image", [1, 3, 8, 8]),
        output("y", [1, 4, 8, 8]),
      ),
    /weights\.bin|another file|external/,
  ],
  [
    "it goes round in a circle",
    () =>
      model(
        node("Add", ["image", "b"], ["a"]),
        node("Relu", ["a"], ["b"]),
        input("image", [1, 3, 8, 8]),
        output("b", [1, 3, 8, 8]),
      ),
    /cycle/,
  ],
  [
    "its shapes do not fit",
    () =>
      model(
        node("Conv", ["image", "w"], ["y"]),
        weights("w", [4, 5, 3, 3], spread),
        input("image", [1, 3, 8, 8]),
        output("y", [1, 4, 6, 6]),
      ),
    /\(Conv\).*do not fit/,
  ],
];

test("a model that contradicts itself is refused, and the one before stays", async ({ secateur }) => {
  await secateur.openGalleryModel();
  const alert = secateur.panel("Model").getByRole("alert");
  for (const [what, bytes, told] of contradictions) {
    await test.step(what, async () => {
      await secateur.openFile("wrong.onnx", bytes());
      await expect(alert).toContainText(told);
      await expect(alert).toContainText("EfficientNet-Lite0 is still open");
      await alert.getByRole("button", { name: "Dismiss" }).click();
    });
  }
  await secateur.expectToWork();
});

test("a file past what WebAssembly's memory holds is refused before it is read", async ({ secateur }) => {
  await secateur.openGalleryModel();
  const folder = mkdtempSync(join(tmpdir(), "secateur-"));
  const path = join(folder, "huge.onnx");
  // A sparse file, which takes no space on the disk.
  writeFileSync(path, "");
  truncateSync(path, 3_000_000_000);
  await secateur.chooseFile(path);
  const alert = secateur.panel("Model").getByRole("alert");
  await expect(alert).toContainText(/“huge\.onnx” is 3(\.00)?\sGB, which is more than a web page can process/);
  rmSync(folder, { recursive: true });
  await alert.getByRole("button", { name: "Dismiss" }).click();
  await secateur.expectToWork();
});

test("weights that are no numbers are warned of, and named", async ({ secateur }) => {
  const bytes = model(
    node("Conv", ["image", "w"], ["a"], [pads]),
    node("GlobalAveragePool", ["a"], ["b"]),
    node("Flatten", ["b"], ["logits"]),
    weights("w", [4, 3, 3, 3], (index) => (index === 7 ? NaN : spread(index))),
    input("image", [1, 3, 8, 8]),
    output("logits", [1, 4]),
  );
  await secateur.openFile("nan.onnx", bytes);
  await expect(secateur.panel("Model")).toContainText(/“w”.*NaN|NaN.*“w”/);
});

test("an unknown operator is named, kept whole, and run and checked by ONNX Runtime Web", async ({ secateur }) => {
  await secateur.openFile("unknown.onnx", classifier([node("FastGelu", ["b"], ["c"], [], "com.microsoft"), shapeOfC]));
  await expect(secateur.panel("Model")).toContainText("Some operators are not supported here");
  await expect(secateur.panel("Model")).toContainText(/FastGelu at node c \(opset 1\)/);
  const checked =
    /gives the same answers as the masked model \(largest difference .* on your photo in ONNX Runtime Web\)/;
  await expect(secateur.check).toHaveText(checked, { timeout: 60_000 });
  await secateur.cut(30);
  await expect(secateur.total("Multiply-adds")).toContainText("−");
  const takeHome = secateur.panel("Export");
  await expect(takeHome.getByRole("link", { name: /^Download ONNX/ })).toBeVisible({ timeout: 30_000 });
  await expect(secateur.check).toHaveText(checked, { timeout: 60_000 });
  const [report] = await Promise.all([
    secateur.page.waitForEvent("download"),
    takeHome.getByRole("link", { name: /^Download report/ }).click(),
  ]);
  const told = JSON.parse(readFileSync(await report.path(), "utf8")) as Record<string, unknown>;
  expect(told).toMatchObject({ check: { agrees: true }, checkedBy: { key: "part-ort-web" }, checkSkipped: null });
  await expect(secateur.summary).toContainText("of 3 photos", { timeout: 60_000 });
});

test("an operator that nobody knows leaves the cut unchecked, which is said with both reasons", async ({
  secateur,
}) => {
  await secateur.openFile("nobody.onnx", classifier([node("Strange", ["b"], ["c"], [], "com.example"), shapeOfC]));
  const cut = secateur.panel("Cut");
  await secateur.cut(30);
  await expect(cut).toContainText(/Not checked: .*Strange/, { timeout: 30_000 });
  await expect(cut).toContainText(/ONNX Runtime Web could not check it either: .*com\.example/, { timeout: 60_000 });
  await expect(cut.getByRole("button", { name: "Check with ONNX Runtime Web" })).toBeVisible();
  await expect(secateur.check).toHaveCount(0);
  await expect(secateur.panel("Export").getByRole("link", { name: /^Download ONNX/ })).toBeVisible();
});

test("sizes that a model leaves open are asked for", async ({ secateur, page }) => {
  await secateur.openFile("open.onnx", classifier([node("Identity", ["b"], ["c"])], ["N", 3, "high", "wide"]));
  await expect(page.getByText(/leaves these sizes open: high and wide/)).toBeVisible();
  await page.getByLabel("high").fill("24");
  await page.getByLabel("wide").fill("32");
  await page.getByRole("button", { name: "Open with these sizes" }).click();
  await expect(secateur.panel("Model")).toContainText("open.onnx");
  await expect(secateur.check).toContainText("the smaller file gives the same answers", { timeout: 30_000 });
});

test("a model that takes no photos is opened and cut, and says why it can't be compared", async ({ secateur }) => {
  const bytes = model(
    node("Gemm", ["x", "v"], ["a"], [attribute("transB", 1)]),
    node("Relu", ["a"], ["b"]),
    node("Gemm", ["b", "w"], ["y"], [attribute("transB", 1)]),
    weights("v", [16, 10], spread),
    weights("w", [3, 16], spread),
    input("x", ["N", 10]),
    output("y", ["N", 3]),
  );
  await secateur.openFile("table.onnx", bytes);
  await expect(secateur.check).toContainText("on a test pattern", { timeout: 30_000 });
  await expect(secateur.panel("Compare").getByRole("alert").first()).toContainText(/takes/, { timeout: 30_000 });
  await secateur.cut(40);
  await expect(secateur.total("Parameters")).toContainText("−");
});
