/** Learning that is interrupted: a worker that dies on the way, and a tab that sleeps. */
import * as onnx from "../support/onnx";
import { expect, test, type Secateur } from "./secateur";

const SIDE = 64;

/** Two convolutions with their normalisations, and ten classes: steps of learning that take milliseconds. */
function network(): Uint8Array {
  const graph = [onnx.input("image", ["N", 3, SIDE, SIDE]), onnx.output("logits", ["N", 10])];
  let last = "image";
  for (const [layer, channels] of [3, 16].entries()) {
    const name = (what: string) => `${what}${layer}`;
    graph.push(
      onnx.weights(name("w"), [16, channels, 3, 3], (i) => onnx.spread(i + layer) / 4),
      onnx.node("Conv", [last, name("w")], [name("conv")], [onnx.attribute("strides", [2, 2])]),
      ...["scale", "shift", "mean", "var"].map((what) =>
        onnx.weights(name(what), [16], (i) => (what === "scale" || what === "var" ? 1 : onnx.spread(i) / 4)),
      ),
      onnx.node("BatchNormalization", ["conv", "scale", "shift", "mean", "var"].map(name), [name("norm")]),
      onnx.node("Relu", [name("norm")], [name("relu")]),
    );
    last = name("relu");
  }
  graph.push(
    onnx.node("GlobalAveragePool", [last], ["pooled"]),
    onnx.node("Flatten", ["pooled"], ["flat"]),
    onnx.weights("dense", [16, 10], onnx.spread),
    onnx.node("MatMul", ["flat", "dense"], ["logits"]),
  );
  return onnx.model(...graph);
}

/** A cut of the small network, all sample photos chosen, distillation chosen. */
async function ready(secateur: Secateur): Promise<void> {
  const { page } = secateur;
  await secateur.openFile("small.onnx", network());
  await expect(secateur.check).toBeVisible({ timeout: 60_000 });
  await secateur.cut(40);
  const strip = page.getByRole("group", { name: "Photos to compare on" });
  for (const photo of await strip.getByRole("button", { pressed: false }).elementHandles()) await photo.click();
  await expect(secateur.summary).toContainText(/\d of 9 photos/, { timeout: 90_000 });
  await secateur.panel("Recover").getByRole("radio", { name: "Distil" }).check({ force: true });
}

async function distil(secateur: Secateur, steps: number): Promise<void> {
  const panel = secateur.panel("Recover");
  await panel.getByLabel("steps", { exact: true }).fill(String(steps));
  await panel.getByRole("button", { name: "Recover this cut" }).click();
}

test("a learner that dies while it learns takes nothing with it", async ({ secateur, page }) => {
  await ready(secateur);
  const panel = secateur.panel("Recover");
  const models = panel.getByRole("button", { name: /of the multiply-adds/ });
  await distil(secateur, 3);
  await expect(models).toHaveCount(1, { timeout: 60_000 });

  await distil(secateur, 100_000);
  await expect(panel.getByText(/photos a second/)).toBeVisible({ timeout: 60_000 });
  const learner = page.workers().find((worker) => worker.url().includes("learner.worker"))!;
  await learner.evaluate(() => {
    setTimeout(() => {
      throw new Error("killed by the test");
    });
  });
  await expect(panel.getByRole("alert")).toContainText("stopped unexpectedly");
  await expect(panel.getByRole("progressbar")).toHaveCount(0);
  await expect(secateur.slider).toHaveValue("40");
  await expect(models).toHaveCount(1);
  await expect(page.getByTestId("recovered")).toBeVisible();

  await distil(secateur, 3);
  await expect(models).toHaveCount(2, { timeout: 60_000 });
  await expect(panel.getByRole("alert")).toHaveCount(0);
  await page.reload();
  await expect(models).toHaveCount(2, { timeout: 60_000 });
  await secateur.expectToWork();
});

/** Chromium without a window does not freeze tabs, so the debugger stops the page's thread as a frozen tab's would be. */
test("a tab that sleeps for a while goes on learning when it wakes", async ({ secateur, page }) => {
  await ready(secateur);
  const panel = secateur.panel("Recover");
  await distil(secateur, 250);
  await expect(panel.getByText(/photos a second/)).toBeVisible({ timeout: 60_000 });

  const devtools = await page.context().newCDPSession(page);
  await devtools.send("Debugger.enable");
  const asleep = new Promise((resolve) => devtools.once("Debugger.paused", resolve));
  await devtools.send("Debugger.pause");
  await asleep;
  await new Promise((resolve) => setTimeout(resolve, 3_000));
  await devtools.send("Debugger.resume");
  await devtools.detach();

  await expect(page.getByTestId("recovered")).toBeVisible({ timeout: 200_000 });
  await expect(panel.getByRole("button", { name: /of the multiply-adds/ })).toHaveCount(1);
  await expect(panel.getByRole("alert")).toHaveCount(0);
});
