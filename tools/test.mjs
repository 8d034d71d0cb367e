/** `npm test`: sets up and runs every check and test, stage by stage, up to the first failure. Stages can be named. */
import { readdirSync } from "node:fs";
import { createServer } from "node:net";
import { buildWasm } from "./build-wasm.mjs";
import { buildPage } from "./build.mjs";
import { nodeSuite } from "./node-suite.mjs";
import { heading, main, say, seconds, StepFailed } from "./report.mjs";
import { setUp } from "./setup.mjs";
import { findChromedriver } from "./setup/browser.mjs";
import { TARGET } from "./setup/wasm-target.mjs";
import { run } from "./shell.mjs";

const LINT = ["--", "-D", "warnings"];

// A fresh clone compiles once: what would make the next compilation faster only costs time.
if (process.env.CI) process.env.CARGO_INCREMENTAL = "0";

/** In the order in which they run: those that fail fast come first. */
const STAGES = {
  async format() {
    await run("prettier", ["--check", "--log-level", "warn", "."]);
    await run("cargo", ["fmt", "--all", "--check"]);
    // Files that a list declares, which cargo does not find.
    const listed = ["src/ops", "src/prune/criteria", "src/prune/criteria/measured"].flatMap((folder) =>
      readdirSync(folder)
        .filter((name) => name.endsWith(".rs"))
        .map((name) => `${folder}/${name}`),
    );
    await run("rustfmt", ["--edition", "2024", "--check", ...listed]);
  },
  async lint() {
    await run("eslint", ["."]);
    // Both read the catalog with a package that the set-up installs.
    const { glossary } = await import("./glossary.mjs");
    const { checkText } = await import("./text.mjs");
    glossary();
    checkText();
    await run("cargo", ["clippy", "--quiet", "--workspace", "--all-targets", ...LINT]);
    await run("cargo", ["clippy", "--quiet", "--lib", "--test", "web", "--target", TARGET, ...LINT]);
  },
  rust() {
    const suite = nodeSuite();
    return run("cargo", ["test", "--quiet", "--workspace"], { env: suite === null ? {} : { ONNX_NODE_SUITE: suite } });
  },
  wasm: () =>
    run("cargo", ["test", "--quiet", "--no-default-features", "--target", TARGET, "--test", "web"], {
      env: { CHROMEDRIVER: findChromedriver(), WASM_BINDGEN_TEST_TIMEOUT: "120" },
    }),
  async types() {
    await buildWasm();
    await run("svelte-check", ["--tsconfig", "./tsconfig.json", "--fail-on-warnings", "--output", "human"]);
    await run("tsc", ["--project", "tsconfig.node.json"]);
  },
  async unit() {
    await buildWasm();
    await run("vitest", ["run"]);
  },
  async e2e() {
    await buildPage();
    await run("playwright", ["test"], { env: { E2E_PORT: String(await freePort()) } });
  },
};

const NEED_BROWSER = ["wasm", "e2e"];

function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

await main(async () => {
  const named = process.argv.slice(2);
  const unknown = named.find((name) => !(name in STAGES));
  if (unknown) throw new StepFailed(`There is no stage “${unknown}”: ${Object.keys(STAGES).join(", ")}.`);
  const stages = Object.keys(STAGES).filter((name) => named.length === 0 || named.includes(name));
  const start = performance.now();
  await setUp({ withBrowser: stages.some((name) => NEED_BROWSER.includes(name)) });

  let passed = 0;
  try {
    for (const name of stages) {
      heading(`Stage ${name} (${passed + 1} of ${stages.length})`);
      const stageStart = performance.now();
      await STAGES[name]();
      passed += 1;
      say(`Stage ${name} passed in ${seconds(stageStart)}.`);
    }
  } finally {
    const failed = passed === stages.length ? 0 : 1;
    heading(`All took ${seconds(start)}`);
    say(`stages: ${passed} passed, ${failed} failed, ${stages.length - passed - failed} skipped`);
  }
});
