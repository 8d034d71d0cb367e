/** Burn, compiled for the benchmark's page: the framework that our training step is compared with. */
import { join } from "node:path";
import { heading, say } from "../report.mjs";
import { TARGET } from "../setup/wasm-target.mjs";
import { read, root, run } from "../shell.mjs";
import { packageWasm } from "../wasm-package.mjs";

const crate = join(root, "benches", "burn");

/** Builds the module into a folder; returns false if its crates cannot be downloaded. */
export async function buildBurn(out) {
  if (read("cargo", ["fetch", "--locked", "--target", TARGET], { cwd: crate }) === null) {
    say("Burn is left out: its crates can't be fetched here.");
    return false;
  }
  heading("Building Burn to compare with (about six minutes the first time)");
  const target = join(root, "target", "burn");
  await run("cargo", ["build", "--quiet", "--release", "--locked", "--target", TARGET, "--target-dir", target], {
    cwd: crate,
  });
  await packageWasm(join(target, TARGET, "release", "burn_step.wasm"), out);
  return true;
}
