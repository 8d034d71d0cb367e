/** The very same exported bytes in ONNX Runtime Web, loaded only when asked for. */
import { expect, test } from "./secateur";

test("ONNX Runtime Web stands beside ours, and loads only then", async ({ secateur, page }) => {
  const fetched: string[] = [];
  page.on("request", (request) => fetched.push(request.url()));
  await secateur.openGalleryModel();
  await expect(secateur.summary).toBeVisible({ timeout: 60_000 });
  expect(fetched.filter((url) => /ort[-.]/.test(url))).toEqual([]);

  await page.getByRole("switch", { name: "also in ONNX Runtime Web" }).check();
  const card = secateur.photo("March Pastoral");
  await expect(card).toContainText(/outputs differ from ours by at most/, { timeout: 90_000 });
  const differences = await card.getByTestId("difference").allInnerTexts();
  expect(differences).toHaveLength(2);
  for (const difference of differences) expect(Number(difference)).toBeLessThan(1e-4);
  await expect(card.getByRole("row", { name: /ORT Web, pruned/ })).toBeVisible();
});
