import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** The benchmark's page, separate from the product's: built into the tools' folder, never into dist/. */
export default defineConfig({
  root: here("."),
  base: "./",
  publicDir: here("../../www/public"),
  build: {
    outDir: here("../../.tools/bench"),
    emptyOutDir: true,
    target: "es2023",
    assetsInlineLimit: 0,
  },
  logLevel: "warn",
});
