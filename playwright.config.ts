import { defineConfig } from "@playwright/test";
import { findChrome } from "./tools/setup/browser.mjs";

const port = Number(process.env.E2E_PORT ?? 4173);
// Not at the root of the host: the page has to work under any path.
const address = `http://127.0.0.1:${port}/some/path/`;

export default defineConfig({
  testDir: "tests/e2e",
  outputDir: "test-results",
  fullyParallel: false,
  workers: 1,
  timeout: 300_000,
  forbidOnly: Boolean(process.env.CI),
  reporter: "list",
  use: {
    baseURL: address,
    trace: "retain-on-failure",
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
