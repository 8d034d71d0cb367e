/** Cargo → wasm-bindgen → wasm-opt: builds the core, ready for the page, into www/pkg/. Skipped if nothing changed. */
import { createHash } from "node:crypto";
import { existsSync, readFileSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { brotliCompressSync } from "node:zlib";
import { heading, kilobytes, main, say, seconds } from "./report.mjs";
import { read, root, run } from "./shell.mjs";
import { TARGET } from "./setup/wasm-target.mjs";
import { packageWasm } from "./wasm-package.mjs";

const out = join(root, "www", "pkg");
const stamp = join(out, ".inputs");

export async function buildWasm() {
  const inputs = inputsHash();
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === inputs) return;
  heading("Building the core for the browser (about two minutes the first time)");
  const start = performance.now();
  await run("cargo", ["build", "--quiet", "--profile", "browser", "--lib", "--target", TARGET]);
  const built = join(targetFolder(), TARGET, "browser", "secateur.wasm");

  const { wasm, unoptimized } = await packageWasm(built, out);
  const bytes = readFileSync(wasm);
  say(
    `The WebAssembly module is ${kilobytes(bytes.length)} (${kilobytes(unoptimized)} before wasm-opt), ` +
      `${kilobytes(brotliCompressSync(bytes).length)} as brotli.`,
  );
  // Written last, so that an interrupted build is not mistaken for a finished one.
  writeFileSync(stamp, inputs);
  say(`Done in ${seconds(start)}.`);
}

/** Cargo's target folder, which the environment or a configuration file may have moved. */
function targetFolder() {
  const metadata = JSON.parse(read("cargo", ["metadata", "--no-deps", "--format-version", "1"]));
  return metadata.target_directory;
}

/** A hash of everything that the module is built from. */
function inputsHash() {
  const sources = readdirSync(join(root, "src"), { recursive: true })
    .map((name) => join("src", name))
    .filter((name) => !name.startsWith(join("src", "bin")) && statSync(join(root, name)).isFile());
  const tools = ["build-wasm.mjs", "wasm-package.mjs"].map((name) => join("tools", name));
  const others = ["Cargo.toml", "Cargo.lock", join(".cargo", "config.toml"), ...tools];
  const hash = createHash("sha256").update(read("rustc", ["--version"]) ?? "");
  for (const name of [...sources, ...others].sort()) {
    hash.update(`\n${name}\n`).update(readFileSync(join(root, name)));
  }
  return hash.digest("hex");
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) await main(buildWasm);
