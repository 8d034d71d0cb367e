/** The same models in ONNX Runtime Web, one thread, for comparison. Nothing of it loads before this worker starts. */
import { expose } from "comlink";
import * as ort from "onnxruntime-web/wasm";
import wasmUrl from "onnxruntime-web/ort-wasm-simd-threaded.wasm?url";
import init, { fromHalf, timing, toHalf } from "../pkg/secateur";
import type { Prediction, Timing, Which } from "./protocol";

ort.env.wasm.numThreads = 1;
ort.env.wasm.wasmPaths = { wasm: new URL(wasmUrl, import.meta.url).href };

const core = init();
const sessions = new Map<Which, { session: ort.InferenceSession; sizes: Record<string, number> }>();

async function run(which: Which, input: Float32Array): Promise<Prediction> {
  const { session, sizes } = sessions.get(which) ?? {};
  if (!session || !sizes) throw new Error(`ONNX Runtime Web has no ${which} model loaded.`);
  const [meta] = session.inputMetadata;
  if (!meta?.isTensor) throw new Error("ONNX Runtime Web reports an input that is not a tensor.");
  const shape = meta.shape.map((size) => (typeof size === "number" ? size : (sizes[size] ?? 1)));
  const tensor = await tensorOf(meta.type, input, shape);
  const start = performance.now();
  const outputs = await session.run({ [meta.name]: tensor });
  const milliseconds = performance.now() - start;
  return { logits: floatsOf(outputs[session.outputNames[0]!]!), milliseconds };
}

/** The photo in the element type that the model takes. */
async function tensorOf(type: string, input: Float32Array, shape: number[]): Promise<ort.Tensor> {
  if (type === "float32") return new ort.Tensor(type, input, shape);
  if (type !== "float16") throw new Error(`The model takes ${type} numbers, and a photo has none.`);
  await core;
  return new ort.Tensor(type, toHalf(input), shape);
}

function floatsOf({ type, data }: ort.Tensor): Float32Array {
  if (type === "float32") return (data as Float32Array).slice();
  if (type !== "float16")
    throw new Error(`ONNX Runtime Web gave an output of ${type} numbers, which is no classifier's.`);
  const { buffer, byteOffset, length } = data as Uint16Array;
  return fromHalf(new Uint16Array(buffer, byteOffset, length));
}

const api = {
  async load(which: Which, bytes: Uint8Array, sizes: Record<string, number>): Promise<void> {
    const session = await ort.InferenceSession.create(bytes, { executionProviders: ["wasm"] });
    await sessions.get(which)?.session.release();
    sessions.set(which, { session, sizes });
  },
  run,
  async measure(which: Which, input: Float32Array, runs: number): Promise<Timing> {
    await core;
    const times = new Float64Array(runs);
    for (let i = 0; i < runs; i++) times[i] = (await run(which, input)).milliseconds;
    return timing(times);
  },
};

export type PeerApi = typeof api;
expose(api);
