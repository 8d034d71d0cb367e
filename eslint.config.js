import js from "@eslint/js";
import svelte from "eslint-plugin-svelte";
import { defineConfig, globalIgnores } from "eslint/config";
import globals from "globals";
import ts from "typescript-eslint";
import svelteConfig from "./svelte.config.js";

/** Which rooms of the page each room must not import from. */
const CLOSED = {
  views: [],
  session: ["views", "charts"],
  jobs: ["views", "charts", "session"],
  state: ["views", "charts", "session", "jobs"],
  core: ["views", "charts", "session", "state", "jobs", "data"],
  data: ["views", "charts", "session", "state", "jobs"],
  charts: ["views", "session", "state", "jobs", "data"],
};

function closedTo(room) {
  const rooms = CLOSED[room].map((other) => ({
    regex: `^(\\.\\./)+${other}/`,
    message: `www/${room} stands below www/${other}.`,
  }));
  // Of the core the page sees its types; its start alone connects to it. Decoding and unpacking have restartable workers, too.
  const seen = room === "data" ? "(protocol|restartable-worker|start-worker)$" : "protocol$";
  const core = {
    regex: `/core/(?!${seen})`,
    message: "Calls go through the session's core; types are in core/protocol.",
  };
  return room === "core" ? rooms : [...rooms, core];
}

export default defineConfig(
  globalIgnores(["target", "dist", ".tools", "www/pkg", "www/public", "test-results", "playwright-report"]),
  js.configs.recommended,
  ts.configs.recommended,
  svelte.configs.recommended,
  { files: ["www/**"], languageOptions: { globals: { ...globals.browser, ...globals.worker } } },
  {
    files: ["*.js", "*.ts", "tools/**", "tests/e2e/**", "tests/reference/**", "benches/**"],
    languageOptions: { globals: globals.node },
  },
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
    files: ["www/session/**", "www/state/**", "www/jobs/**"],
    rules: { "svelte/prefer-svelte-reactivity": "off" },
  },
  // Imports run one way: views → session → jobs → state → core and data. Tests may import whatever they test with.
  ...["views", "session", "state", "jobs", "core", "data", "charts"].map((room) => ({
    files: [`www/${room}/**`],
    ignores: ["**/*.test.ts"],
    rules: { "@typescript-eslint/no-restricted-imports": ["error", { patterns: closedTo(room) }] },
  })),
);
