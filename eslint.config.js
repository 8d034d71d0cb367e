import js from "@eslint/js";
import svelte from "eslint-plugin-svelte";
import { defineConfig, globalIgnores } from "eslint/config";
import globals from "globals";
import ts from "typescript-eslint";
import svelteConfig from "./svelte.config.js";

export default defineConfig(
  globalIgnores(["target", "dist", ".tools", "www/pkg", "www/public", "test-results", "playwright-report"]),
  js.configs.recommended,
  ts.configs.recommended,
  svelte.configs.recommended,
  { files: ["www/**"], languageOptions: { globals: { ...globals.browser, ...globals.worker } } },
  { files: ["*.js", "*.ts", "tools/**", "tests/e2e/**", "benches/**"], languageOptions: { globals: globals.node } },
  {
    files: ["**/*.svelte", "**/*.svelte.ts"],
    languageOptions: { parserOptions: { parser: ts.parser, extraFileExtensions: [".svelte"], svelteConfig } },
  },
  {
    // TypeScript itself knows which names exist.
    files: ["**/*.ts", "**/*.svelte"],
    rules: { "no-undef": "off" },
  },
  {
    // State holds immutable values, so maps and sets need no reactive twins.
    files: ["www/session/**", "www/jobs/**"],
    rules: { "svelte/prefer-svelte-reactivity": "off" },
  },
);
