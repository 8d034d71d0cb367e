/**
 * Builds the standard library for a target from the source package of exactly the installed compiler, which
 * Debian publishes, and puts it where the compiler looks for it. It needs no permission to install packages, only
 * a writable toolchain folder (rustup's belongs to the user).
 */
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { StepFailed, say } from "../report.mjs";
import { read, run } from "../shell.mjs";
import { rustVersion } from "./rust.mjs";

/** Suites of Debian that have newer compilers than a stable release. */
const SUITES = ["trixie-backports", "sid"];

export async function buildStandardLibrary(target) {
  const version = rustVersion();
  const sysroot = read("rustc", ["--print", "sysroot"]);
  const scratch = mkdtempSync(join(tmpdir(), "secateur-std-"));
  try {
    const source = join(sysroot, "lib", "rustlib", "src", "rust");
    if (!existsSync(join(source, "library", "std"))) {
      const unpacked = await downloadSource(scratch, version);
      mkdirSync(source, { recursive: true });
      cpSync(unpacked, source, { recursive: true, verbatimSymlinks: true });
    }
    say("Compiling the standard library.");
    const built = await compile(scratch, target);
    const destination = join(sysroot, "lib", "rustlib", target, "lib");
    mkdirSync(destination, { recursive: true });
    for (const file of readdirSync(built).filter((name) => /^lib(?!empty-).*\.rlib$/.test(name))) {
      cpSync(join(built, file), join(destination, file));
    }
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** Downloads and unpacks `rust-src` of exactly this version without installing it, and returns the source folder. */
async function downloadSource(scratch, version) {
  const { uri, signedBy } = debianArchive();
  const list = join(scratch, "suites.list");
  const lists = join(scratch, "lists");
  mkdirSync(join(lists, "partial"), { recursive: true });
  const option = signedBy ? ` [signed-by=${signedBy}]` : "";
  writeFileSync(list, SUITES.map((suite) => `deb${option} ${uri} ${suite} main\n`).join(""));
  // These sources are for this one download only: the machine's own lists do not change.
  const apart = [
    `-oDir::Etc::sourcelist=${list}`,
    "-oDir::Etc::sourceparts=-",
    `-oDir::State::lists=${lists}`,
    `-oDir::Cache::pkgcache=`,
    `-oDir::Cache::srcpkgcache=`,
    "-oAcquire::Languages=none",
    "-oAPT::Sandbox::User=root",
  ];
  await run("apt-get", ["-qq", ...apart, "update"]);
  const offers = (read("apt-cache", [...apart, "madison", "rust-src"]) ?? "").split("\n");
  const exact = offers.map((line) => line.split("|")[1]?.trim()).find((offer) => offer && upstream(offer) === version);
  if (!exact) {
    throw new StepFailed(
      `Debian publishes no source of Rust ${version}. Run \`rustup target add wasm32-unknown-unknown\` where rustup ` +
        "reaches its server, or use a stable release that Debian carries.",
    );
  }
  await run("apt-get", ["-qq", ...apart, "download", `rust-src=${exact}`], { cwd: scratch });
  const archive = readdirSync(scratch).find((file) => file.endsWith(".deb"));
  await run("dpkg", ["-x", join(scratch, archive), join(scratch, "unpacked")]);
  return join(scratch, "unpacked", "usr", "src", `rustc-${version}`);
}

/** `1.95.0+dfsg1-2` → `1.95.0` */
function upstream(version) {
  return /^(?:\d+:)?(\d+\.\d+\.\d+)/.exec(version)?.[1];
}

/** Where this machine gets Debian's packages, and the key that it trusts for them. */
function debianArchive() {
  const folder = "/etc/apt/sources.list.d";
  const files = existsSync(folder) ? readdirSync(folder).map((file) => join(folder, file)) : [];
  if (existsSync("/etc/apt/sources.list")) files.push("/etc/apt/sources.list");
  for (const file of files) {
    const text = readFileSync(file, "utf8");
    const entries = file.endsWith(".sources") ? text.split(/\n\s*\n/).map(readStanza) : text.split("\n").map(readLine);
    const archive = entries.find((entry) => /\/debian\/?$/.test(entry?.uri ?? ""));
    if (archive) return archive;
  }
  throw new StepFailed(
    "rustup cannot fetch the WebAssembly target, and this machine has no Debian archive to get the source from. " +
      "Run `rustup target add wasm32-unknown-unknown` where rustup reaches its server.",
  );
}

/** A source in the multi-line format, `Key: value`. */
function readStanza(text) {
  const value = (key) => new RegExp(`^${key}:[ \t]*(\\S+)`, "m").exec(text)?.[1];
  return { uri: value("URIs"), signedBy: value("Signed-By") };
}

/** A source in the one-line format. */
function readLine(text) {
  const [, options, uri] = /^deb\s+(?:\[(.*?)\]\s+)?(\S+)/.exec(text) ?? [];
  return { uri, signedBy: /signed-by=(\S+)/.exec(options ?? "")?.[1] };
}

/** Builds an empty crate, which pulls in the standard library and nothing else. Returns the folder with its parts. */
async function compile(scratch, target) {
  const crate = join(scratch, "empty");
  mkdirSync(join(crate, "src"), { recursive: true });
  writeFileSync(join(crate, "Cargo.toml"), '[package]\nname = "empty"\nversion = "0.0.0"\nedition = "2021"\n[lib]\n');
  writeFileSync(join(crate, "src", "lib.rs"), "");
  await run("cargo", ["build", "--quiet", "--release", "-Zbuild-std=std,panic_abort", "--target", target], {
    cwd: crate,
    env: {
      // Building std is not stable yet, and stable compilers do it only with this variable set.
      RUSTC_BOOTSTRAP: "1",
      // Link-time optimization of our own crate needs the bitcode of std.
      RUSTFLAGS: "-Cembed-bitcode=yes",
      CARGO_TARGET_DIR: join(crate, "target"),
    },
  });
  return join(crate, "target", target, "release", "deps");
}
