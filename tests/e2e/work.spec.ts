/** Long work can be canceled, and nothing is lost with a worker that dies. */
import { A_DOZEN, expect, test } from "./secateur";

test("a comparison that is canceled leaves a page that works", async ({ secateur }) => {
  await secateur.openGalleryModel();
  await secateur.pickPhotos(A_DOZEN);
  const cancel = secateur.panel("Compare").getByRole("button", { name: "Cancel" });
  await cancel.click({ timeout: 30_000 });
  await expect(cancel).toHaveCount(0);
  await secateur.expectToWork();
  await secateur.expectCompared(A_DOZEN);
});

test("a download that is canceled leaves the gallery as it was", async ({ secateur, page }) => {
  let go: () => void = () => undefined;
  const canceled = new Promise<void>((resolve) => (go = resolve));
  await page.route("**/efficientnet-lite0*.onnx", async (route) => {
    await canceled;
    await route.continue().catch(() => undefined);
  });
  const open = secateur.opener();
  await open.click();
  await secateur.panel("Model").getByRole("button", { name: "Cancel" }).click();
  go();
  await expect(open).toBeEnabled();
  await expect(secateur.panel("Model").getByRole("alert")).toHaveCount(0);
  await page.unroute("**/efficientnet-lite0*.onnx");
  await secateur.openGalleryModel();
  await secateur.expectToWork();
});

for (const name of ["cutter", "runner"]) {
  test(`a ${name} that dies is started again with the work it held`, async ({ secateur, page }) => {
    await secateur.openGalleryModel();
    await secateur.cut(40);
    await expect(secateur.summary).toBeVisible({ timeout: 60_000 });
    const worker = page.workers().find((candidate) => candidate.url().endsWith(`#${name}`))!;
    await worker.evaluate(() => {
      setTimeout(() => {
        throw new Error("killed by the test");
      });
    });
    await expect(page.getByText(/stopped unexpectedly\. It was started again/)).toBeVisible();
    await expect(secateur.slider).toHaveValue("40");
    await secateur.expectToWork();
    await expect(secateur.summary).toContainText("of 3 photos", { timeout: 60_000 });
  });
}

test("the page keeps drawing while the slider moves", { tag: "@alone" }, async ({ secateur, page }) => {
  await secateur.openGalleryModel();
  await expect(secateur.summary).toBeVisible({ timeout: 60_000 });
  const frames = page.evaluate(async () => {
    const gaps: number[] = [];
    const end = performance.now() + 3_000;
    for (let last = performance.now(); last < end;) {
      const now = await new Promise<number>((resolve) => requestAnimationFrame(resolve));
      gaps.push(now - last);
      last = now;
    }
    gaps.sort((one, other) => one - other);
    return { median: gaps[gaps.length >> 1]!, slowest: gaps.at(-1)!, count: gaps.length };
  });
  for (let percent = 10; percent < 60; percent += 2) await secateur.cut(percent);
  const { median, slowest, count } = await frames;
  // Reported, not asserted: how fast a machine draws does not depend on the page alone.
  const told = `${count} frames, ${median.toFixed(1)} ms in the middle, ${slowest.toFixed(1)} ms at most`;
  test.info().annotations.push({ type: "frames while the slider moves", description: told });
  console.log(`frames while the slider moves: ${told}`);
  expect(count).toBeGreaterThan(0);
});
