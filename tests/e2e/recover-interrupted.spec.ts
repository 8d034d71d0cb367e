/** Training that is interrupted: by a worker that dies, a reload, a cancel, and a tab that sleeps. */
import type { Locator, Page } from "@playwright/test";
import * as onnx from "../support/onnx";
import { A_DOZEN, expect, test, type Secateur } from "./secateur";

const SIDE = 64;

/** Two convolutions with their normalizations, and ten classes: training steps that take milliseconds. */
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

/** A cut of the small network, a dozen photos chosen, distillation chosen. */
async function ready(secateur: Secateur): Promise<void> {
  await secateur.openFile("small.onnx", network());
  await expect(secateur.check).toBeVisible({ timeout: 60_000 });
  await secateur.cut(40);
  await secateur.pickPhotos(A_DOZEN);
  await secateur.expectCompared(A_DOZEN);
  await secateur.panel("Recover").getByRole("radio", { name: "Distill" }).check({ force: true });
}

/** A cut of the classroom's network, its thousands of photos chosen, fine-tuning chosen. */
async function readyInClass(secateur: Secateur): Promise<void> {
  await secateur.openGalleryModel("A classroom's network");
  await secateur.cut(50);
  await expect(secateur.check).toBeVisible({ timeout: 60_000 });
  const panel = secateur.panel("Recover");
  await expect(panel.getByTestId("training-data")).toContainText("Fashion-MNIST");
  await panel.getByRole("radio", { name: "Fine-tune" }).check({ force: true });
}

async function learn(secateur: Secateur, steps: number): Promise<void> {
  const panel = secateur.panel("Recover");
  await panel.getByLabel("steps", { exact: true }).fill(String(steps));
  await panel.getByRole("button", { name: "Recover accuracy" }).click();
}

const models = ({ page }: Secateur): Locator => page.getByRole("button", { name: /of the multiply-adds/ });

/** Running workers of this name, including those that other workers started. */
const workers = (page: Page, name: string) => page.workers().filter((worker) => worker.url().endsWith(`#${name}`));

/** Ends a worker as an uncaught error would. */
async function kill(page: Page, name: string): Promise<void> {
  await workers(page, name)[0]!.evaluate(() => {
    setTimeout(() => {
      throw new Error("killed by the test");
    });
  });
}

test("a learner that dies while it learns takes nothing with it", async ({ secateur, page }) => {
  await ready(secateur);
  const panel = secateur.panel("Recover");
  await learn(secateur, 3);
  await expect(models(secateur)).toHaveCount(1, { timeout: 60_000 });

  await learn(secateur, 100_000);
  await expect(panel.getByText(/photos per second/)).toBeVisible({ timeout: 60_000 });
  await kill(page, "learner");
  await expect(panel.getByRole("alert")).toContainText("stopped unexpectedly");
  await expect(panel.getByRole("progressbar")).toHaveCount(0);
  await expect(secateur.slider).toHaveValue("40");
  await expect(models(secateur)).toHaveCount(1);
  await expect(page.getByTestId("recovered")).toBeVisible();

  await learn(secateur, 3);
  await expect(models(secateur)).toHaveCount(2, { timeout: 60_000 });
  await expect(panel.getByRole("alert")).toHaveCount(0);
  await secateur.reload();
  await expect(models(secateur)).toHaveCount(2, { timeout: 60_000 });
  await secateur.expectToWork();
});

test("learning that runs away says so, and leaves the weights from before that", async ({ secateur, page }) => {
  await ready(secateur);
  const panel = secateur.panel("Recover");
  await panel.getByLabel("Learning rate").fill("1000000000");
  await learn(secateur, 60);
  await expect(panel.getByText(/Training (had )?diverged .* The weights of step \d+ are kept/)).toBeVisible({
    timeout: 120_000,
  });
  await expect(models(secateur)).toHaveCount(1, { timeout: 120_000 });
  await expect(panel.getByRole("alert")).toHaveCount(0);
  await expect(page.getByTestId("recovered")).toBeVisible();
  // The model that is kept works.
  await expect(secateur.check).toBeVisible({ timeout: 60_000 });
  await expect(page.getByTestId("recovered")).not.toContainText("NaN");
});

const ENDS: [name: string, told: RegExp | null, end: (secateur: Secateur) => Promise<unknown>][] = [
  ["a worker that dies", /stopped unexpectedly/, ({ page }) => kill(page, "learner")],
  ["a cancel", /^Canceled/, (secateur) => secateur.panel("Recover").getByRole("button", { name: "Cancel" }).click()],
  ["a reload", null, (secateur) => secateur.reload()],
];

for (const [name, told, end] of ENDS) {
  test(`${name} in mid-step leaves the best weights on the way, which are gone on from`, async ({ secateur, page }) => {
    await ready(secateur);
    const panel = secateur.panel("Recover");
    // So small that nothing gets worse.
    await panel.getByLabel("Learning rate").fill("0.00001");
    await learn(secateur, 2_000);
    const unfinished = panel.getByRole("button", { name: /unfinished, step \d+ of 2000$/ });
    await expect(unfinished).toHaveCount(1, { timeout: 120_000 });
    await expect(panel.getByRole("progressbar")).toBeVisible();
    await end(secateur);
    if (told) {
      await expect(panel.getByRole("alert")).toContainText(told);
      await expect(panel.getByRole("alert")).toContainText(/from step \d+ of 2000/);
    }
    await expect(unfinished).toBeVisible({ timeout: 60_000 });
    await expect(models(secateur)).toHaveCount(1);
    await expect(secateur.check).toBeVisible({ timeout: 60_000 });
    await expect(page.getByTestId("recovered")).toHaveCount(0);
    await expect(panel.getByRole("progressbar")).toHaveCount(0);

    await unfinished.click();
    await expect(page.getByTestId("recovered")).toContainText("The recovery did not finish");
    await panel.getByRole("radio", { name: "Distill" }).check({ force: true });
    await panel.getByLabel("steps", { exact: true }).fill("3");
    await panel.getByRole("button", { name: "Continue training" }).click();
    await expect(models(secateur)).toHaveCount(2, { timeout: 60_000 });
    await expect(page.getByTestId("recovered")).toContainText("“Distill”, then “Distill”");
  });
}

test(
  "learning goes on where a worker that helps dies in mid-step, and the next round has another",
  { tag: "@alone" },
  async ({ secateur, page }) => {
    test.skip(await page.evaluate(() => navigator.hardwareConcurrency < 2), "one core learns alone");
    await readyInClass(secateur);
    const panel = secateur.panel("Recover");
    const lost = panel.getByText(/training workers? stopped unexpectedly/);
    await learn(secateur, 80);
    await expect(panel.getByText(/photos per second/)).toBeVisible({ timeout: 120_000 });
    const helpers = workers(page, "replica").length;
    expect(helpers).toBeGreaterThan(0);
    await kill(page, "replica");
    await expect(lost).toBeVisible({ timeout: 30_000 });
    await expect.poll(() => workers(page, "replica")).toHaveLength(helpers - 1);
    await expect(page.getByTestId("recovered")).toBeVisible({ timeout: 200_000 });
    await expect(models(secateur)).toHaveCount(1);
    await expect(panel.getByRole("alert")).toHaveCount(0);

    await inRounds(secateur, { rounds: 2, steps: 80 });
    await expect(panel.getByText(/Round 1: recovering/)).toBeVisible({ timeout: 120_000 });
    await kill(page, "replica");
    await expect.poll(() => workers(page, "replica")).toHaveLength(helpers - 1);
    await expect(panel.getByText(/Round 2: recovering/)).toBeVisible({ timeout: 120_000 });
    await expect(lost).toBeVisible();
    expect(workers(page, "replica")).toHaveLength(helpers);
    await expect(models(secateur)).toHaveCount(3, { timeout: 120_000 });
    await expect(panel.getByRole("alert")).toHaveCount(0);
  },
);

/** Rounds that end at the slider's mark, whatever is lost. */
async function inRounds(secateur: Secateur, { rounds, steps }: { rounds: number; steps: number }): Promise<void> {
  const panel = secateur.panel("Recover");
  await panel.getByLabel("steps", { exact: true }).fill(String(steps));
  await panel.getByLabel(/^Maximum accuracy drop/).fill("99");
  await panel.getByRole("combobox", { name: "Schedule", exact: true }).selectOption("linear");
  await panel.getByLabel("Rounds", { exact: true }).fill(String(rounds));
  await panel.getByRole("button", { name: "Search", exact: true }).click();
}

test("a search that a reload ends goes on with the rounds that are left, and its models are still there", async ({
  secateur,
  page,
}) => {
  await readyInClass(secateur);
  const panel = secateur.panel("Recover");
  await inRounds(secateur, { rounds: 3, steps: 60 });
  await expect(panel.getByText(/Round 2: recovering/)).toBeVisible({ timeout: 120_000 });
  await expect(models(secateur)).toHaveCount(1);
  const first = await models(secateur).innerText();

  await secateur.reload();
  const note = panel.getByText("A search for the smallest model stopped after 1 round.");
  await expect(note).toBeVisible({ timeout: 60_000 });
  expect(await models(secateur).allInnerTexts()).toEqual([first]);
  await expect(models(secateur)).toHaveAttribute("aria-pressed", "true");
  await expect(page.getByTestId("recovered")).toBeVisible();

  await panel.getByRole("button", { name: "Resume the search" }).click();
  await expect(panel.getByText(/Round 2: /)).toBeVisible({ timeout: 60_000 });
  await expect(models(secateur)).toHaveCount(3, { timeout: 200_000 });
  await expect(panel.getByRole("progressbar")).toHaveCount(0, { timeout: 120_000 });
  await expect(panel.getByRole("alert")).toHaveCount(0);
  await expect(note).toHaveCount(0);
  // Newest first, each smaller than the one before.
  const texts = await models(secateur).allInnerTexts();
  expect(texts.at(-1)).toBe(first);
  const left = texts.map(parseFloat);
  expect(left).toEqual(left.toSorted((one, other) => one - other));
  await expect(models(secateur).first()).toHaveAttribute("aria-pressed", "true");
});

/** Chromium without a window does not freeze tabs, so the debugger stops the page's thread in the same way. */
test("a tab that sleeps for a while goes on learning when it wakes", { tag: "@alone" }, async ({ secateur, page }) => {
  await ready(secateur);
  const panel = secateur.panel("Recover");
  await learn(secateur, 250);
  await expect(panel.getByText(/photos per second/)).toBeVisible({ timeout: 60_000 });

  const devtools = await page.context().newCDPSession(page);
  await devtools.send("Debugger.enable");
  const asleep = new Promise((resolve) => devtools.once("Debugger.paused", resolve));
  await devtools.send("Debugger.pause");
  await asleep;
  await new Promise((resolve) => setTimeout(resolve, 12_000));
  await devtools.send("Debugger.resume");
  await devtools.detach();

  await expect(panel.getByText(/This tab slept for \d\d\ss\. Training then continued/)).toBeVisible();
  await expect(page.getByTestId("recovered")).toBeVisible({ timeout: 200_000 });
  await expect(models(secateur)).toHaveCount(1);
  await expect(panel.getByRole("alert")).toHaveCount(0);
});
