/** The built page itself: it opens under any path, requests nothing from elsewhere, and is light or dark. */
import type { Page } from "@playwright/test";
import { expect, test } from "./secateur";

test("the built page opens under a sub-path without an error", async ({ page }) => {
  const problems: string[] = [];
  page.on("pageerror", (error) => problems.push(error.message));
  page.on("response", (response) => {
    if (!response.ok()) problems.push(`${response.status()} ${response.url()}`);
  });
  await page.goto("./");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Secateur");
  expect(problems).toEqual([]);
});

/** Contrast between the page's text and its background (WCAG 2: 4.5 is enough for small text). */
const contrast = (page: Page) =>
  page.evaluate(() => {
    const { color, backgroundColor } = getComputedStyle(document.body);
    const context = new OffscreenCanvas(1, 1).getContext("2d")!;
    const light = (color: string) => {
      context.fillStyle = color;
      context.fillRect(0, 0, 1, 1);
      const [red, green, blue] = [...context.getImageData(0, 0, 1, 1).data].map((byte) => {
        const share = byte / 255;
        return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
      });
      return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!;
    };
    const [ink, paper] = [light(color), light(backgroundColor)];
    return { ratio: (Math.max(ink, paper) + 0.05) / (Math.min(ink, paper) + 0.05), isDark: paper < ink };
  });

test("dark where the system is dark, until the visitor says otherwise", async ({ page }) => {
  await page.emulateMedia({ colorScheme: "dark" });
  await page.goto("./");
  const dark = await contrast(page);
  expect(dark.isDark).toBe(true);
  expect(dark.ratio).toBeGreaterThan(7);
  const button = page.getByRole("button", { name: "Dark theme" });
  await expect(button).toHaveAttribute("aria-pressed", "true");
  await button.click();
  await page.reload();
  await expect(button).toHaveAttribute("aria-pressed", "false");
  const light = await contrast(page);
  expect(light.isDark).toBe(false);
  expect(light.ratio).toBeGreaterThan(7);
});
