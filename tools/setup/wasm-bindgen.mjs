/** `wasm-bindgen` and its test runner, of exactly the version of the crate in Cargo.lock: their formats must agree. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { read, root, run } from "../shell.mjs";

function crateVersion() {
  const lock = readFileSync(join(root, "Cargo.lock"), "utf8");
  return /name = "wasm-bindgen"\nversion = "(.+)"/.exec(lock)[1];
}

const hasVersion = (program, version) => read(program, ["--version"])?.split(" ")[1] === version;

export const wasmBindgen = {
  name: "Building wasm-bindgen into .tools/",
  takes: "about 2.5 minutes on two cores",
  isDone() {
    const version = crateVersion();
    return hasVersion("wasm-bindgen", version) && hasVersion("wasm-bindgen-test-runner", version);
  },
  perform: () =>
    run(
      "cargo",
      // Without --locked: the tool's own lock file may name a version that has been withdrawn.
      [
        "install",
        "--quiet",
        "--force",
        "wasm-bindgen-cli",
        "--version",
        crateVersion(),
        "--root",
        join(root, ".tools"),
      ],
      // Flags meant for our own crate could keep the tool from building. It runs for seconds and compiles for minutes.
      { env: { RUSTFLAGS: "", CARGO_PROFILE_RELEASE_OPT_LEVEL: "1" } },
    ),
};
