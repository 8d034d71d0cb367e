import { defineConfig } from "@playwright/test";
import { findChrome } from "./tools/setup/browser.mjs";

const port = Number(process.env.E2E_PORT ?? 4173);
// Not at the root of the host: the page has to work under any path.
const address = `http://127.0.0.1:${port}/some/path/`;

/** Tests that count frames or the processor's cores. */
const ALONE = /@alone/;

export default defineConfig({
  testDir: "tests/e2e",
  outputDir: "test-results",
  workers: 2,
  timeout: 300_000,
  // Two cores run two pages and their workers: what passes at the second try is listed as flaky.
  retries: 1,
  // Another test runs at the same time.
  expect: { timeout: 15_000 },
  projects: [
    { name: "side by side", grepInvert: ALONE },
    { name: "alone", grep: ALONE, workers: 1, dependencies: ["side by side"] },
  ],
  forbidOnly: Boolean(process.env.CI),
  reporter: "list",
  use: {
    baseURL: address,
    launchOptions: {
      executablePath: findChrome() ?? "chromium",
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    },
  },
  webServer: {
    command: `node tools/serve.mjs --port ${port} --under /some/path/`,
    url: address,
    reuseExistingServer: false,
  },
});
