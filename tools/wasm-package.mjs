/** From Cargo's output to what a page loads: wasm-bindgen, then wasm-opt. */
import { rmSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { run } from "./shell.mjs";

/** What LLVM may emit for this target, plus the vector instructions that .cargo/config.toml asks for. */
const FEATURES = [
  "simd",
  "bulk-memory",
  "bulk-memory-opt",
  "nontrapping-float-to-int",
  "sign-ext",
  "mutable-globals",
  "reference-types",
  "multivalue",
];

/** Packages a module into a folder of its own; returns the module's path there, and its size in bytes before wasm-opt. */
export async function packageWasm(built, out) {
  rmSync(out, { recursive: true, force: true });
  await run("wasm-bindgen", [built, "--target", "web", "--out-dir", out]);
  const wasm = join(out, basename(built).replace(/\.wasm$/, "_bg.wasm"));
  const unoptimized = statSync(wasm).size;
  await run("wasm-opt", ["-O3", ...FEATURES.map((feature) => `--enable-${feature}`), wasm, "-o", wasm]);
  return { wasm, unoptimized };
}
