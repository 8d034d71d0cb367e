/** The npm packages, exactly as package-lock.json names them. */
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root, run } from "../shell.mjs";

// Inside node_modules, so that deleting the folder is enough to start afresh.
const stamp = join(root, "node_modules", ".installed-lock");

function lockHash() {
  return createHash("sha256")
    .update(readFileSync(join(root, "package-lock.json")))
    .digest("hex");
}

export const npmPackages = {
  name: "Installing the npm packages",
  takes: "about half a minute",
  isDone: () => existsSync(stamp) && readFileSync(stamp, "utf8") === lockHash(),
  async perform() {
    await run("npm", ["ci", "--no-progress", "--loglevel=error"]);
    writeFileSync(stamp, lockHash());
  },
};
