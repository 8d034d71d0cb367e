/** The native command, for the benches that measure with it. */
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { heading, StepFailed } from "../report.mjs";
import { root, run } from "../shell.mjs";

const SECATEUR = join(root, "target/release/secateur");
const execute = promisify(execFile);

export async function buildNative() {
  heading("Building the native command");
  await run("cargo", ["build", "--release"]);
}

/** Runs it and returns its output. */
export async function secateur(...args) {
  try {
    return (await execute(SECATEUR, args, { maxBuffer: 64e6 })).stdout;
  } catch (error) {
    throw new StepFailed(`secateur ${args.join(" ")}\n${error.stderr}`);
  }
}
