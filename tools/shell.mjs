/** Runs other programs. Their output goes directly to the terminal, or is returned as text. */
import { spawn, spawnSync } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { StepFailed } from "./report.mjs";

/** The top of the repository; every program runs there unless told otherwise. */
export const root = fileURLToPath(new URL("..", import.meta.url));

const windows = process.platform === "win32";

function environment(extra) {
  const own = [join(root, ".tools", "bin"), join(root, "node_modules", ".bin")];
  return { ...process.env, PATH: [...own, process.env.PATH].join(delimiter), ...extra };
}

/** Resolves when the program has succeeded, and otherwise rejects with the command line. */
export function run(program, args, { cwd = root, env = {} } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd,
      env: environment(env),
      stdio: ["ignore", "inherit", "inherit"],
      shell: windows,
    });
    child.on("error", (error) => reject(new StepFailed(`Could not start ${program}: ${error.message}`)));
    child.on("close", (code, signal) => {
      if (code === 0) resolve();
      else reject(new StepFailed(`Failed (${signal ?? `exit status ${code}`}): ${program} ${args.join(" ")}`));
    });
  });
}

/** The program's output, or null if it is missing, fails or takes longer than `timeout` milliseconds. */
export function read(program, args, { cwd = root, env = {}, timeout } = {}) {
  const done = spawnSync(program, args, {
    cwd,
    env: environment(env),
    encoding: "utf8",
    shell: windows,
    stdio: ["ignore", "pipe", "ignore"],
    maxBuffer: 64e6,
    ...(timeout === undefined ? {} : { timeout }),
  });
  return done.status === 0 ? done.stdout.trim() : null;
}

/** The full path of the first of these programs that is on the PATH (or is itself a path), or null. */
export function which(...programs) {
  for (const program of programs) {
    const folders = program.includes("/") ? [""] : environment({}).PATH.split(delimiter);
    for (const folder of folders) {
      const path = folder ? join(folder, windows ? `${program}.exe` : program) : program;
      try {
        accessSync(path, constants.X_OK);
        return path;
      } catch {
        // Not here: try the next folder.
      }
    }
  }
  return null;
}
