/** Rust itself is the one thing that we cannot install. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { StepFailed } from "../report.mjs";
import { read, root } from "../shell.mjs";

/** `[major, minor]` that Cargo.toml asks for. */
function wanted() {
  const [, version] = /^rust-version = "(.+)"/m.exec(readFileSync(join(root, "Cargo.toml"), "utf8"));
  return version.split(".").map(Number);
}

/** The compiler's version, such as 1.95.0, or null without a compiler. */
export function rustVersion() {
  return /^rustc (\S+)/.exec(read("rustc", ["--version"]) ?? "")?.[1] ?? null;
}

export const rust = {
  name: "Rust",
  takes: "cannot be installed from here",
  isDone() {
    const version = rustVersion();
    if (!version || !read("cargo", ["--version"])) return false;
    const [major, minor] = version.split(".").map(Number);
    const [leastMajor, leastMinor] = wanted();
    return major > leastMajor || (major === leastMajor && minor >= leastMinor);
  },
  async perform() {
    const found = rustVersion();
    throw new StepFailed(
      `Secateur needs Rust ${wanted().join(".")} or newer; ${found ? `this machine has ${found}` : "none was found"}. ` +
        "Install the stable toolchain with rustup (https://rustup.rs) or run `rustup update stable`, then try again.",
    );
  },
};
