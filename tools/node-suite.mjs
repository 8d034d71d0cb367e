/** The node tests of the ONNX standard, which the Python package `onnx` ships. They are fetched once, by name and hash. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { say } from "./report.mjs";
import { read, root, which } from "./shell.mjs";

const folder = join(root, "target", "node-suite");
const suite = join(folder, "onnx", "backend", "test", "data", "node");
/** The file of the package whose hash `requirements.txt` names. */
const WHEEL = "onnx-1.17.0-cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64.whl";
/** Milliseconds that fetching may take. */
const PATIENCE = 300_000;

/** The folder of the tests, or null where they can't be had; then it says so. */
export function nodeSuite() {
  if (existsSync(suite)) return suite;
  const python = which("python3", "python");
  if (python === null) return without("there is no Python to fetch them with");
  const pip = ["-m", "pip", "download", "--quiet", "--no-deps", "--require-hashes", "--only-binary=:all:"];
  const platform = ["--platform=manylinux2014_x86_64", "--python-version=3.11", "--implementation=cp"];
  const what = ["--requirement", join("tools", "node-suite", "requirements.txt"), "--dest", folder];
  if (read(python, [...pip, ...platform, ...what], { timeout: PATIENCE }) === null) {
    return without("the package onnx 1.17.0 could not be fetched");
  }
  const unpacked = read(python, ["-m", "zipfile", "--extract", join(folder, WHEEL), folder]);
  return unpacked !== null && existsSync(suite) ? suite : without("the package onnx 1.17.0 could not be unpacked");
}

function without(why) {
  say(`The node tests of the ONNX standard are left out: ${why}.`);
  return null;
}
