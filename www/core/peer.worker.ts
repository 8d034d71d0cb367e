/** The same models in ONNX Runtime Web, one thread, for comparison. Nothing of it loads before this worker starts. */
import { expose } from "comlink";
import * as ort from "onnxruntime-web/wasm";
import wasmUrl from "onnxruntime-web/ort-wasm-simd-threaded.wasm?url";
import init, { timing } from "../pkg/secateur";
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
  const start = performance.now();
  const outputs = await session.run({ [meta.name]: new ort.Tensor("float32", input, shape) });
  const milliseconds = performance.now() - start;
  const logits = outputs[session.outputNames[0]!]!.data;
  if (!(logits instanceof Float32Array)) throw new Error("ONNX Runtime Web gave an output that is not float32.");
  return { logits: logits.slice(), milliseconds };
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
