/** The native command, as the Rust tests build it: another build would compile its dependencies with other features. */
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { ROOT } from "./secateur";

/** Runs it and returns what it prints. The first call builds it if necessary. */
export function secateurCommand(...args: string[]): string {
  const run = (program: string, given: string[]) =>
    execFileSync(program, given, { cwd: ROOT, stdio: "pipe" }).toString();
  run("cargo", ["test", "--quiet", "--workspace", "--test", "command", "--no-run"]);
  return run(join(ROOT, "target/debug/secateur"), args);
}
