/** The page and the native command make the same file from the same recipe. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { secateurCommand } from "./command";
import { expect, GALLERY_MODEL, test } from "./secateur";

for (const [granularity, written] of [
  ["Channels", "channel"],
  ["Weights", "weight"],
  ["N:M", "2:4"],
  ["Blocks", "block"],
] as const) {
  test(`by ${granularity}`, async ({ secateur, page }) => {
    test.setTimeout(400_000);
    await secateur.openGalleryModel();
    await secateur.panel("Cut").getByRole("radio", { name: granularity }).check({ force: true });
    if (granularity !== "N:M") await secateur.cut(35);
    const take = secateur.panel("Export");
    await expect(secateur.total("Non-zero")).toContainText("−");
    await expect(take.getByRole("link", { name: /^Download ONNX/ })).toBeVisible({ timeout: 60_000 });

    const folder = mkdtempSync(join(tmpdir(), "secateur-"));
    const save = async (name: RegExp, file: string) => {
      const [download] = await Promise.all([page.waitForEvent("download"), take.getByRole("link", { name }).click()]);
      await download.saveAs(join(folder, file));
    };
    await save(/^Download recipe/, "recipe.json");
    expect(JSON.parse(readFileSync(join(folder, "recipe.json"), "utf8"))).toMatchObject({ granularity: written });
    await save(/^Download ONNX/, "page.onnx");
    const [recipe, output] = [join(folder, "recipe.json"), join(folder, "native.onnx")];
    secateurCommand("prune", GALLERY_MODEL, "--recipe", recipe, "--output", output);
    const [ours, native] = ["page.onnx", "native.onnx"].map((file) => readFileSync(join(folder, file)));
    rmSync(folder, { recursive: true });
    expect(ours!.equals(native!)).toBe(true);
  });
}
