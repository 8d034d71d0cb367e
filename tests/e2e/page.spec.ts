import { expect, test } from "@playwright/test";

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
