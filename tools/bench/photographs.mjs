/**
 * EfficientNet-Lite0 in the product's own page, as a visitor without labels recovers it: cut to 75 % of its multiply-adds by a
 * criterion measured on crops of photographs, then reconstructed and distilled on them. The native command evaluates each
 * exported file on crops of other photographs.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { heading, say } from "../report.mjs";
import { root } from "../shell.mjs";
import { buildNative, secateur } from "./native.mjs";

const MODEL = join(root, "www/public/gallery/efficientnet-lite0.onnx");
const PRESET = join(root, "www/presets/efficientnet-lite0.json");
const RECIPE = JSON.parse(readFileSync(join(root, "benches/recipes/efficientnet-lite0-75.json"), "utf8"));
const STEPS = 150;
const RATE = 0.0005;
const PATIENCE = { timeout: 900_000 };

/** `address` serves the page; `folder` was made by benches/photographs/crops.py. */
export async function measurePhotographs(browser, address, folder) {
  await buildNative();
  heading(`Recovering EfficientNet-Lite0 in the page: reconstruction, then ${STEPS} steps of distillation`);
  const home = mkdtempSync(join(tmpdir(), "secateur-photographs-"));
  const context = await browser.newContext({ acceptDownloads: true });
  const page = await context.newPage();
  await page.goto(`${address}#recipe=${encodeURIComponent(JSON.stringify(RECIPE))}`);
  const card = page.getByRole("listitem").filter({ hasText: "EfficientNet-Lite0" });
  await card.getByRole("button", { name: /^Open/ }).click();
  const panel = page.getByRole("region", { name: "Recover", exact: true });
  await panel.getByRole("radio", { name: "Your files" }).check({ force: true });
  const teach = join(folder, "teach");
  const photos = readdirSync(teach).map((name) => join(teach, name));
  await panel.locator("input[type=file]").last().setInputFiles(photos);
  await panel.getByTestId("training-data").getByText("your files").waitFor(PATIENCE);
  // At first the criterion was measured on the page's own photos.
  await page.getByTestId("measurement").getByText("Measured on").waitFor(PATIENCE);
  await page.getByTestId("check").waitFor(PATIENCE);
  const exports = page.getByRole("region", { name: "Export", exact: true });
  const link = exports.getByRole("link", { name: /^Download ONNX/ });
  const blind = await link.getAttribute("href");
  await page
    .getByTestId("measurement")
    .getByRole("button", { name: /^Measure again/ })
    .click();
  await exports.locator(`a:text-matches("^Download ONNX"):not([href="${blind}"])`).waitFor(PATIENCE);

  const results = [];
  const judge = async (name, seconds) => {
    const file = join(home, `${results.length}.onnx`);
    const [taken] = await Promise.all([page.waitForEvent("download"), link.click()]);
    await taken.saveAs(file);
    const on = ["--original", MODEL, "--data", join(folder, "unseen"), "--preset", PRESET, "--json"];
    const { agreement, pictures } = JSON.parse(await secateur("evaluate", file, ...on));
    const time = seconds === null ? "" : `, in ${seconds.toFixed(0)} s`;
    say(`${name}: agrees with the original on ${(agreement * 100).toFixed(1)} % of ${pictures} crops${time}.`);
    results.push({ name, agreement, pictures, seconds });
  };
  /** Presses a button, waits for the resulting model and for the end of its measurement; returns the seconds until the model. */
  const recovered = async (button, method) => {
    const start = performance.now();
    await panel.getByRole("button", { name: button }).click();
    await page.getByTestId("recovered").getByText(method).waitFor(PATIENCE);
    const seconds = (performance.now() - start) / 1000;
    await panel.getByRole("progressbar").waitFor({ state: "detached", ...PATIENCE });
    return seconds;
  };

  await judge("Cut", null);
  await panel.getByRole("radio", { name: "Reconstruct" }).check({ force: true });
  await judge("Reconstructed", await recovered("Recover accuracy", "“Reconstruct”"));
  await panel.getByRole("radio", { name: "Distill" }).check({ force: true });
  await panel.getByLabel("steps", { exact: true }).fill(String(STEPS));
  await panel.getByLabel("Learning rate", { exact: true }).fill(String(RATE));
  await judge("Distilled", await recovered("Continue training", "then “Distill”"));
  await context.close();
  rmSync(home, { recursive: true });
  return results;
}
