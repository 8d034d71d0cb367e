/** TensorFlow.js, bundled for the benchmark's page: a training step on its CPU backend, for the record. */
import { join } from "node:path";
import { build } from "vite";
import { heading, say } from "../report.mjs";
import { read, root } from "../shell.mjs";

const source = join(root, "benches", "tensorflow");

/** Builds the module into a folder; returns false if its packages cannot be downloaded. */
export async function buildTensorFlow(out) {
  heading("Getting TensorFlow.js to compare with (half a minute the first time)");
  if (read("npm", ["ci", "--no-audit", "--no-fund", "--ignore-scripts"], { cwd: source }) === null) {
    say("TensorFlow.js is left out: its packages can't be fetched here.");
    return false;
  }
  await build({
    configFile: false,
    root: source,
    build: {
      outDir: out,
      emptyOutDir: true,
      target: "es2023",
      lib: { entry: join(source, "step.js"), formats: ["es"], fileName: () => "tensorflow_step.js" },
    },
    logLevel: "warn",
  });
  return true;
}
