/**
 * Runs ONNX files in ONNX Runtime: `node onnx_runtime.mjs FOLDER` reads FOLDER/cases.json, a list of
 * `{ file, inputs: [{ type, shape, numbers }] }`, and prints a list of their results: `{ outputs: [{ type, shape,
 * numbers }] }` or `{ error }`. Numbers of float16 are their bits.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import * as ort from "onnxruntime-web/wasm";

const ARRAYS = { float32: Float32Array, float16: Uint16Array, int64: BigInt64Array };

function tensor({ type, shape, numbers }) {
  const Numbers = ARRAYS[type];
  return new ort.Tensor(type, type === "int64" ? Numbers.from(numbers, BigInt) : Numbers.from(numbers), shape);
}

function numbers({ type, dims, data }) {
  const bits = type === "float16" ? new Uint16Array(data.buffer, data.byteOffset, data.length) : data;
  return { type, shape: [...dims], numbers: Array.from(bits, Number) };
}

async function run(folder, { file, inputs }) {
  const session = await ort.InferenceSession.create(readFileSync(join(folder, file)));
  const feeds = Object.fromEntries(session.inputNames.map((name, at) => [name, tensor(inputs[at])]));
  const outputs = await session.run(feeds);
  await session.release();
  return { outputs: session.outputNames.map((name) => numbers(outputs[name])) };
}

ort.env.wasm.numThreads = 1;
ort.env.logLevel = "error";
const folder = process.argv[2];
const results = [];
for (const one of JSON.parse(readFileSync(join(folder, "cases.json"), "utf8"))) {
  results.push(await run(folder, one).catch((error) => ({ error: String(error) })));
}
process.stdout.write(JSON.stringify(results));
