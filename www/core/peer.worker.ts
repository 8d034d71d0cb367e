/** The same models in ONNX Runtime Web, on one thread, for comparison. Nothing of it is loaded before this worker starts. */
import * as ort from "onnxruntime-web/wasm";
import wasmUrl from "onnxruntime-web/ort-wasm-simd-threaded.wasm?url";
import { message, PageError } from "../text/message";
import init, { fromHalf, timing, toHalf } from "../pkg/secateur";
import type { ModelInput, ModelOutput, Prediction, Timing, Which } from "./protocol";

ort.env.wasm.numThreads = 1;
ort.env.wasm.wasmPaths = { wasm: new URL(wasmUrl, import.meta.url).href };

const sessions = new Map<Which, { session: ort.InferenceSession; sizes: Record<string, number> }>();

const create = (bytes: Uint8Array) => ort.InferenceSession.create(bytes, { executionProviders: ["wasm"] });

async function run(which: Which, input: Float32Array): Promise<Prediction> {
  const { session, sizes } = sessions.get(which) ?? {};
  if (!session || !sizes) throw new PageError(message("page-error-peer-not-loaded"));
  const [meta] = session.inputMetadata;
  if (!meta?.isTensor) throw new PageError(message("page-error-peer-input-kind"));
  if (meta.type !== "float32" && meta.type !== "float16")
    throw new PageError(message("page-error-peer-input-type", { type: meta.type }));
  const shape = meta.shape.map((size) => (typeof size === "number" ? size : (sizes[size] ?? 1)));
  const tensor = await tensorOf(meta.type, input, shape);
  const start = performance.now();
  const outputs = await session.run({ [meta.name]: tensor });
  const milliseconds = performance.now() - start;
  const output = outputs[session.outputNames[0]!]!;
  if (output.type !== "float32" && output.type !== "float16")
    throw new PageError(message("page-error-peer-output-type", { type: output.type }));
  return { output: await numbersOf(output), milliseconds };
}

/** All outputs of a model for the inputs that the core names, in a session that is not kept. */
async function answer(bytes: Uint8Array, inputs: ModelInput[]): Promise<ModelOutput[]> {
  const session = await create(bytes);
  try {
    const feeds: Record<string, ort.Tensor> = {};
    for (const { name, dtype, values, shape } of inputs) feeds[name] = await tensorOf(dtype, values, shape);
    const outputs = await session.run(feeds);
    const answers = session.outputNames.map(async (name) => {
      const output = outputs[name]!;
      return { shape: [...output.dims], values: await numbersOf(output) };
    });
    return await Promise.all(answers);
  } finally {
    await session.release();
  }
}

/** Numbers in the element type of the model's input. */
async function tensorOf(type: string, values: Float32Array, shape: number[]): Promise<ort.Tensor> {
  switch (type) {
    case "float32":
      return new ort.Tensor(type, values, shape);
    case "float16":
      return new ort.Tensor(type, toHalf(values), shape);
    case "float64":
      return new ort.Tensor(type, Float64Array.from(values), shape);
    case "int64":
      return new ort.Tensor(type, BigInt64Array.from(values, BigInt), shape);
    case "int32":
      return new ort.Tensor(type, Int32Array.from(values), shape);
    case "int8":
      return new ort.Tensor(type, Int8Array.from(values), shape);
    case "uint8":
    case "bool":
      return new ort.Tensor(type, Uint8Array.from(values), shape);
    default:
      throw new PageError(message("page-error-peer-element-type", { type }));
  }
}

async function numbersOf({ type, data }: ort.Tensor): Promise<Float32Array> {
  if (type === "string") throw new PageError(message("page-error-peer-text"));
  if (type !== "float16") return Float32Array.from(data as ArrayLike<number | bigint>, Number);
  const { buffer, byteOffset, length } = data as Uint16Array;
  return fromHalf(new Uint16Array(buffer, byteOffset, length));
}

const api = {
  async load(which: Which, bytes: Uint8Array, sizes: Record<string, number>): Promise<void> {
    const session = await create(bytes);
    await sessions.get(which)?.session.release();
    sessions.set(which, { session, sizes });
  },
  run,
  answer,
  async measure(which: Which, input: Float32Array, runs: number): Promise<Timing> {
    const times = new Float64Array(runs);
    for (let i = 0; i < runs; i++) times[i] = (await run(which, input)).milliseconds;
    return timing(times);
  },
};

export type PeerApi = typeof api;
export const served = init().then(() => [api]);
