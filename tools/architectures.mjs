/**
 * `npm run architectures`: writes docs/architectures.md, what becomes of architectures of torchvision and timm. It fetches
 * PyTorch into target/architectures (some gigabytes), exports each architecture, and measures it with the core; no model is kept.
 *
 * NAME...  measures only architectures with this in their names, and prints their table
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { heading, main, StepFailed } from "./report.mjs";
import { root, run, which } from "./shell.mjs";

const folder = join(root, "target", "architectures");
const python = join(folder, "bin", "python");
const scripts = join(root, "tools", "architectures");
const measure = join(root, "target", "release", "examples", "architectures");

await main(async () => {
  heading("Fetching PyTorch");
  if (!existsSync(python)) {
    const system = which("python3", "python");
    if (system === null) throw new StepFailed("There is no Python to export the architectures with.");
    await run(system, ["-m", "venv", folder]);
  }
  await run(python, ["-m", "pip", "install", "--quiet", "--requirement", join(scripts, "requirements.txt")]);
  heading("Building what measures them");
  await run("cargo", ["build", "--release", "--example", "architectures"]);
  heading("Exporting and measuring");
  await run(python, [join(scripts, "make.py"), measure, ...process.argv.slice(2)]);
});
