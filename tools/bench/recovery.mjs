/**
 * The classroom's network in the product's own page, as a visitor recovers it: 80 % of its parameters cut by channels, then
 * distilled on the gallery's training pictures, or on the visitor's own. Returns the seconds from the click to the recovered
 * model, and the accuracies on the test set, as the page shows them.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { heading, say } from "../report.mjs";
import { root } from "../shell.mjs";

const MODEL = "A classroom's network";
/** Shares of channels by layer, found by trying a dozen ways to spread the remaining 20 % of the parameters across the groups. */
const RECIPE = JSON.parse(readFileSync(join(root, "benches/recipes/classroom-channels-80.json"), "utf8"));
const STEPS = 3000;
const RATE = 0.1;
const LABEL_WEIGHT = 0.3;
const MOST_SECONDS = 900;

/** `address` serves the page; `folder`, if given, has the visitor's own IDX files. */
export async function measureRecovery(browser, address, folder) {
  heading(`Recovering the classroom's network in the page: ${STEPS} steps of distillation`);
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(`${address}#recipe=${encodeURIComponent(JSON.stringify(RECIPE))}`);
  const card = page.getByRole("listitem").filter({ hasText: MODEL });
  await card.getByRole("button", { name: /^Open/ }).click();
  // The criterion is measured on pictures first.
  await page.getByTestId("measurement").getByText("Measured on").waitFor({ timeout: 120_000 });
  await page.getByTestId("check").waitFor({ timeout: 60_000 });
  const parameters = await page.getByRole("row", { name: /^Parameters/ }).innerText();

  const panel = page.getByRole("region", { name: "Recover", exact: true });
  const data = panel.getByTestId("training-data");
  await data.getByText("Fashion-MNIST").waitFor({ timeout: 60_000 });
  if (folder) {
    await panel.getByRole("radio", { name: "Your files" }).check({ force: true });
    const files = readdirSync(folder).map((name) => join(folder, name));
    await panel.locator("input[type=file]").last().setInputFiles(files);
    await data.getByText("your files").waitFor({ timeout: 60_000 });
  }
  await panel.getByRole("radio", { name: "Distill" }).check({ force: true });
  await panel.getByLabel("steps", { exact: true }).fill(String(STEPS));
  await panel.getByLabel("Learning rate", { exact: true }).fill(String(RATE));
  await panel.getByLabel(/^Label-loss weight/).fill(String(100 * LABEL_WEIGHT));
  await panel.getByText("Augmentation", { exact: true }).click();
  await panel.getByLabel("Flip half of the photos").uncheck();
  const start = performance.now();
  await panel.getByRole("button", { name: "Recover accuracy" }).click();
  await page.getByTestId("recovered").waitFor({ timeout: MOST_SECONDS * 1000 });
  const seconds = (performance.now() - start) / 1000;
  const test = page.getByTestId("recovered").getByRole("row", { name: /^Test/ });
  await test.waitFor({ timeout: 300_000 });
  const [original, , recovered] = await test.getByRole("cell").allInnerTexts();
  say(`Trained on: ${(await data.innerText()).replace(/\.$/, "")}.`);
  say(`Parameters: ${parameters.replace(/\s+/g, " ")}.`);
  say(`Accuracy on the test set: ${original} as it was, ${recovered} recovered, in ${seconds.toFixed(0)} s.`);
  await context.close();
  return { seconds, original, recovered };
}
