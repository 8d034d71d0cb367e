/** Installs what building needs and the machine lacks; with --browser also what the tests and the benchmark need. */
import { pathToFileURL } from "node:url";
import { heading, main, say, seconds } from "./report.mjs";
import { browser } from "./setup/browser.mjs";
import { npmPackages } from "./setup/npm-packages.mjs";
import { rust } from "./setup/rust.mjs";
import { wasmBindgen } from "./setup/wasm-bindgen.mjs";
import { wasmTarget } from "./setup/wasm-target.mjs";

/**
 * A step has a `name`, says how long it `takes`, knows whether it `isDone()`, and can `perform()` itself.
 */
export async function setUp({ withBrowser }) {
  const steps = [npmPackages, rust, wasmTarget, wasmBindgen, ...(withBrowser ? [browser] : [])];
  for (const step of steps) {
    if (step.isDone()) continue;
    heading(`${step.name} (${step.takes})`);
    const start = performance.now();
    await step.perform();
    say(`Done in ${seconds(start)}.`);
  }
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  await main(async () => {
    await setUp({ withBrowser: process.argv.includes("--browser") });
    say("Everything is set up.");
  });
}
