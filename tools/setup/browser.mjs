/** Chrome or Chromium with its driver, for the tests and the benchmark. The page itself needs only the visitor's own. */
import { StepFailed } from "../report.mjs";
import { read, run, which } from "../shell.mjs";

const BROWSERS = [
  "chromium",
  "chromium-browser",
  "google-chrome-stable",
  "google-chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

/** The browser's path, or null. The variable CHROME takes precedence. */
export function findChrome() {
  return process.env.CHROME || which(...BROWSERS);
}

/** The driver's path, or null. The variable CHROMEDRIVER takes precedence. */
export function findChromedriver() {
  return process.env.CHROMEDRIVER || which("chromedriver");
}

const BY_HAND =
  "The tests need Chrome or Chromium, and the chromedriver of the same version, on the PATH " +
  "(or named by the variables CHROME and CHROMEDRIVER). On Debian: apt-get install chromium chromium-driver.";

/** The words to put before `apt-get` to be allowed to install, or null if we are not allowed to. */
function privilege() {
  if (process.getuid?.() === 0) return [];
  return read("sudo", ["-n", "true"]) === null ? null : ["sudo", "-n"];
}

export const browser = {
  name: "Installing Chromium and its driver",
  takes: "about a minute",
  isDone: () => findChrome() !== null && findChromedriver() !== null,
  async perform() {
    const before = privilege();
    if (!which("apt-get") || before === null) throw new StepFailed(BY_HAND);
    const apt = (...args) => {
      const [program, ...rest] = [...before, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq", ...args];
      return run(program, rest);
    };
    // A source that fails does not matter as long as another has the packages.
    await apt("update").catch(() => undefined);
    await apt(
      "install",
      "--yes",
      "--no-install-recommends",
      "-o",
      "Dpkg::Use-Pty=0",
      "chromium",
      "chromium-driver",
    ).catch((error) => {
      throw new StepFailed(`${error.message}\n${BY_HAND}`);
    });
    if (!browser.isDone()) throw new StepFailed(BY_HAND);
  },
};
