/** The main flow: open EfficientNet-Lite0, cut it to 70 % of its multiply-adds, compare, export; and check the file outside. */
import { readFileSync } from "node:fs";
import { expectOutside } from "./outside";
import { efficientnet, expect, SAMPLES, test } from "./secateur";

test("EfficientNet-Lite0, pruned to 70 % of its multiply-adds, is what the page shows", async ({ secateur, page }) => {
  test.slow();
  await secateur.openGalleryModel();
  await secateur.cut(50);
  await expect(secateur.total("Multiply-adds")).toContainText("−5");
  await secateur.cut(30);
  await expect(secateur.total("Multiply-adds")).toContainText(/−(30|31)/);
  await expect(secateur.check).toContainText(
    /gives the same answers as the masked model \(largest difference \S+ on your photo/,
  );

  await test.step("every sample photo is compared", async () => {
    await secateur.pickPhotos(SAMPLES);
    // Each model is timed several times on each photo.
    await secateur.expectCompared(SAMPLES, 240_000);
    await expect(secateur.summary).toContainText("Speedup");
  });

  const save = async (link: RegExp) => {
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      secateur.panel("Export").getByRole("link", { name: link }).click(),
    ]);
    return { name: download.suggestedFilename(), bytes: readFileSync(await download.path()) };
  };
  const { name, bytes: pruned } = await save(/^Download ONNX/);
  expect(name).toBe("efficientnet-lite0-pruned.onnx");
  expect(pruned.length).toBeLessThan(efficientnet().length);
  const report = await save(/^Download report/);
  expect(report.name).toBe("efficientnet-lite0-report.json");
  const { before, after, check } = JSON.parse(report.bytes.toString()) as Record<string, Record<string, unknown>>;
  expect(before).toMatchObject({ macs: 385_187_552, bytes: efficientnet().length });
  expect(after).toMatchObject({ bytes: pruned.length });
  expect(after!["macs"]).toBeLessThanOrEqual(0.7 * 385_187_552);
  expect(after!["layers"]).toHaveLength((before!["layers"] as unknown[]).length);
  expect(check).toMatchObject({ agrees: true });

  await test.step("ONNX Runtime agrees with what the page shows", async () => {
    const photos = ["Golden retriever", "Hot-air balloon", "Tabby cat"];
    await expectOutside(secateur, { original: efficientnet(), pruned }, photos);
  });
});
