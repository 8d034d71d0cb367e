import { defineConfig } from "@playwright/test";
export default defineConfig({ testDir: "tests/e2e", outputDir: "/tmp/pwout", workers: 1, timeout: 40000, reporter: "list",
 use: { baseURL: "http://127.0.0.1:5199/", launchOptions: { executablePath: "/usr/bin/chromium", args: ["--no-sandbox","--disable-gpu"] } } });
