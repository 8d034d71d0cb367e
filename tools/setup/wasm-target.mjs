/** Rust's standard library for WebAssembly: from rustup, or, if its server cannot be reached, from the compiler's source. */
import { existsSync, readdirSync } from "node:fs";
import { StepFailed, say } from "../report.mjs";
import { read, which } from "../shell.mjs";
import { buildStandardLibrary } from "./wasm-std-from-source.mjs";

export const TARGET = "wasm32-unknown-unknown";

function isInstalled() {
  const folder = read("rustc", ["--print", "target-libdir", "--target", TARGET]);
  return folder !== null && existsSync(folder) && readdirSync(folder).some((file) => /^libstd-.*\.rlib$/.test(file));
}

export const wasmTarget = {
  name: "Getting Rust's WebAssembly target",
  takes: "a few seconds; about a minute where it has to be built",
  isDone: isInstalled,
  async perform() {
    const added = read("rustup", ["target", "add", TARGET], { env: { RUSTUP_MAX_RETRIES: "1" }, timeout: 300_000 });
    if (added !== null && isInstalled()) return;
    if (!which("apt-get") || !which("dpkg")) {
      throw new StepFailed(`Could not get it: run \`rustup target add ${TARGET}\` where rustup reaches its server.`);
    }
    say("rustup cannot fetch it here: building it from the compiler's own source, as Debian publishes it.");
    await buildStandardLibrary(TARGET);
    if (!isInstalled()) throw new StepFailed("The standard library was built, but the compiler does not find it.");
  },
};
