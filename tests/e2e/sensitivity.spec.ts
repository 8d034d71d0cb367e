/** Sensitivity: measured by several workers at a time, drawn, and used to spread the cut across the layers. */
import { readFileSync } from "node:fs";
import { expect, test } from "./secateur";

interface Row {
  layers: string[];
  /** The remaining accuracy in percent, level by level. */
  left: number[];
}

test("every layer is measured by several workers, and the cut is spread by the results", async ({ secateur, page }) => {
  await secateur.openAndCut("A classroom's network");
  const panel = secateur.panel("Recover");
  await expect(panel.getByTestId("training-data")).toContainText("Fashion-MNIST");
  await panel.getByRole("heading", { name: "Sensitivity" }).click();
  const share = panel.getByRole("button", { name: "Spread the pruning by sensitivity" });
  await expect(share).toBeDisabled();

  const started: string[] = [];
  page.on("worker", (worker) => started.push(worker.url()));
  await panel.getByRole("button", { name: "Measure every layer" }).click();
  await expect(share).toBeEnabled({ timeout: 200_000 });
  expect(started.filter((url) => url.endsWith("#learner")).length).toBeGreaterThanOrEqual(2);
  // The workers end with their work.
  await expect.poll(() => page.workers().filter((worker) => started.includes(worker.url())).length).toBeLessThan(2);

  const rows: Row[] = await panel.getByRole("table", { name: /by layer/ }).evaluate((table) =>
    [...table.querySelectorAll("tbody tr")].map((row) => ({
      layers: row.querySelector("th")!.innerText.trim().split(", "),
      left: [...row.querySelectorAll("td")].map((cell) => parseFloat(cell.innerText)),
    })),
  );
  expect(rows.length).toBeGreaterThan(4);
  for (const { left } of rows) {
    expect(left).toHaveLength(4);
    for (const share of left) expect(share).toBeGreaterThanOrEqual(0);
  }
  // The more a cut loses, the darker its background.
  const ordered = rows.toSorted((a, b) => b.left.at(-1)! - a.left.at(-1)!);
  const [least, most] = [ordered[0]!, ordered.at(-1)!];
  const darkness = ({ layers }: Row) =>
    panel
      .getByRole("row", { name: new RegExp(`^${layers[0]}`) })
      .getByRole("cell")
      .last()
      .evaluate((cell) => parseFloat(getComputedStyle(cell).getPropertyValue("--loss")));
  expect(await darkness(most)).toBeGreaterThan(await darkness(least));

  await share.click();
  await expect(secateur.panel("Cut").getByLabel("Spread across layers")).toHaveValue("manual");
  await expect(secateur.check).toContainText("the smaller file gives the same answers", { timeout: 60_000 });
  // The cut is as deep as the slider was set before.
  await expect(secateur.total("Multiply-adds")).toContainText(/−(29|3\d)(\.\d)?\s%/);
  const link = secateur.panel("Export").getByRole("link", { name: /^Download recipe/ });
  const [taken] = await Promise.all([page.waitForEvent("download"), link.click()]);
  const { layers } = JSON.parse(readFileSync(await taken.path(), "utf8")) as { layers: Record<string, number> };
  const cutOf = (row: Row) => Math.max(...row.layers.map((name) => layers[name] ?? 0));
  expect(cutOf(least)).toBeGreaterThan(cutOf(most));
});
