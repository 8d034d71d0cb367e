/** Decisions can be undone, survive a reload, and can be shared in a link. */
import { draw } from "./pictures";
import { efficientnet, expect, test } from "./secateur";

test("undo and redo, with buttons and with keys", async ({ secateur, page }) => {
  await secateur.openAndCut();
  await secateur.cut(45);
  await secateur.panel("Cut").getByRole("radio", { name: "Weights" }).check({ force: true });
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(secateur.panel("Cut").getByRole("radio", { name: "Channels" })).toBeChecked();
  await page.keyboard.press("Control+z");
  await expect(secateur.slider).toHaveValue("30");
  await expect(secateur.total("Multiply-adds")).toContainText(/−3[01]/);
  await page.keyboard.press("Control+Shift+z");
  await expect(secateur.slider).toHaveValue("45");
  await expect(secateur.total("Multiply-adds")).toContainText(/−4[5-6]/);
});

test("a dropped model, a photo and the cut are there after a reload", async ({ secateur, page }) => {
  await secateur.openFile("mine.onnx", efficientnet());
  await expect(secateur.check).toBeVisible({ timeout: 60_000 });
  const photo = await draw(page, { width: 60, height: 40, fill: "olive", type: "image/png" });
  await secateur.addPhoto("olive.png", "image/png", photo);
  await expect(secateur.photo("olive.png")).toContainText("60 × 40");
  await secateur.cut(40);
  await expect(secateur.total("Multiply-adds")).toContainText(/−4[01]/);
  await secateur.page.getByRole("button", { name: "Undo" }).click();
  await expect(secateur.slider).toHaveValue("0");

  await secateur.reload();
  await expect(secateur.panel("Model")).toContainText("mine.onnx", { timeout: 60_000 });
  await expect(secateur.slider).toHaveValue("0");
  await expect(secateur.photo("olive.png")).toContainText("60 × 40");
  await page.getByRole("button", { name: "Redo" }).click();
  await expect(secateur.slider).toHaveValue("40");
  await expect(secateur.check).toContainText("the smaller file gives the same answers", { timeout: 60_000 });
});

test("a link carries the recipe and the gallery's model", async ({ secateur, page, context }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await secateur.openGalleryModel();
  await secateur.cut(55);
  await page.getByRole("button", { name: "Copy link" }).click();
  await expect(page.getByText("Link copied")).toBeVisible();
  const link = await page.evaluate(() => navigator.clipboard.readText());
  expect(link.length).toBeLessThan(300);

  const friend = await context.browser()!.newContext();
  const visit = await friend.newPage();
  await visit.goto(link);
  await expect(visit.getByRole("slider", { name: /^−/ })).toHaveValue("55", { timeout: 60_000 });
  await expect(visit.getByTestId("check")).toContainText("the smaller file gives the same answers", {
    timeout: 60_000,
  });
  await friend.close();
});

test("works with the keyboard alone", async ({ secateur, page }) => {
  // A key pressed before the page is there goes nowhere.
  const open = secateur.opener();
  await expect(open).toBeVisible();
  await page.keyboard.press("Tab");
  await expect(page.getByRole("link", { name: "Skip to the pruning controls" })).toBeFocused();
  const isThere = () => open.evaluate((button) => button === document.activeElement);
  for (let presses = 0; presses < 30 && !(await isThere()); presses++) await page.keyboard.press("Tab");
  await expect(open).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(secateur.check).toBeVisible({ timeout: 60_000 });
  await secateur.slider.focus();
  for (let press = 0; press < 60; press++) await page.keyboard.press("ArrowRight");
  await expect(secateur.slider).toHaveValue("30");
  await expect(secateur.total("Multiply-adds")).toContainText(/−30/);
  await expect(secateur.check).toContainText("the smaller file gives the same answers", { timeout: 60_000 });
});

test("nothing is wider than a phone", async ({ secateur, page }) => {
  await page.setViewportSize({ width: 360, height: 740 });
  await secateur.openGalleryModel();
  await expect(secateur.summary).toBeVisible({ timeout: 60_000 });
  const overflow = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
  expect(overflow).toBe(0);
});
