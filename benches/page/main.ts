/** What `npm run bench` runs inside the browser. Rows that are compared take turns, so that a slow moment hits all alike. */
import * as ort from "onnxruntime-web/wasm";
import wasmUrl from "onnxruntime-web/ort-wasm-simd-threaded.wasm?url";
import * as onnx from "../../tests/support/onnx";
import init, { Cutter, Learner, Runner, timing, type Preset, type Recipe, type Timing } from "../../www/pkg/secateur";

ort.env.wasm.numThreads = 1;
ort.env.wasm.wasmPaths = { wasm: new URL(wasmUrl, import.meta.url).href };

export interface Row {
  name: string;
  ours: Timing;
  peer: Timing | null;
}

export interface Job {
  /** What the rows are about, and where its model is served. */
  name: string;
  model: string;
  /** Elements of one input, and its shape. */
  shape: number[];
  /** Shares of the multiply-adds to cut the model to, each a row of its own. */
  cuts: number[];
  rounds: number;
}

/** Numbers that look like a normalised photo to an engine: no denormals, no zeros to profit from. */
function pattern(shape: number[]): Float32Array {
  const length = shape.reduce((a, b) => a * b, 1);
  return Float32Array.from({ length }, (_, i) => Math.sin(i * 0.37) + 0.3 * Math.sin(i * 0.011));
}

async function bytesOf(address: string): Promise<Uint8Array> {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`${address} is not served: ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
}

async function milliseconds(work: () => unknown): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

async function median(runs: number, work: () => unknown): Promise<Timing> {
  const times = new Float64Array(runs);
  for (let i = 0; i < runs; i++) times[i] = await milliseconds(work);
  return timing(times);
}

/** Dense and cut models in both engines, all in turn; then loading them. */
async function inference(job: Job): Promise<Row[]> {
  const original = await bytesOf(job.model);
  const cutter = new Cutter();
  cutter.open(original, job.name, {});
  const models = [{ name: `${job.name}, dense`, bytes: original }];
  for (const macs of job.cuts) {
    cutter.preview({ target: { macs } });
    const packed = cutter.pack(undefined, undefined);
    models.push({ name: `${job.name}, ${macs * 100} % of the multiply-adds`, bytes: packed.bytes });
  }
  const input = pattern(job.shape);
  const contenders = [];
  for (const { name, bytes } of models) {
    const runner = new Runner();
    runner.load("original", bytes, {});
    const session = await ort.InferenceSession.create(bytes, { executionProviders: ["wasm"] });
    const feeds = { [session.inputNames[0]!]: new ort.Tensor("float32", input, job.shape) };
    const ours: number[] = [];
    const theirs: number[] = [];
    contenders.push({
      name,
      ours,
      theirs,
      runOurs: () => runner.run("original", input),
      runTheirs: () => session.run(feeds),
    });
  }
  for (let round = -2; round < job.rounds; round++) {
    for (const contender of contenders) {
      const ours = await milliseconds(contender.runOurs);
      const theirs = await milliseconds(contender.runTheirs);
      // The first rounds warm up the compilers and count for nothing.
      if (round < 0) continue;
      contender.ours.push(ours);
      contender.theirs.push(theirs);
    }
  }
  const rows: Row[] = contenders.map(({ name, ours, theirs }) => ({
    name,
    ours: timing(Float64Array.from(ours)),
    peer: timing(Float64Array.from(theirs)),
  }));
  const ours: number[] = [];
  const theirs: number[] = [];
  for (let round = 0; round < 20; round++) {
    const runner = new Runner();
    ours.push(await milliseconds(() => runner.load("original", original, {})));
    runner.free();
    let session: ort.InferenceSession | undefined;
    theirs.push(
      await milliseconds(async () => {
        session = await ort.InferenceSession.create(original, { executionProviders: ["wasm"] });
      }),
    );
    await session?.release();
  }
  rows.push({
    name: `${job.name}, load`,
    ours: timing(Float64Array.from(ours)),
    peer: timing(Float64Array.from(theirs)),
  });
  cutter.free();
  return rows;
}

/**
 * One step of learning, batch 64: forward, backward, SGD with momentum, and making the batch, on the small network that
 * browsers' training engines were measured on: conv 16, conv 32, conv 64, each with BatchNormalization and ReLU, 28 × 28.
 */
async function trainingStep(rounds: number): Promise<Row> {
  const graph = [onnx.input("image", ["N", 1, 28, 28]), onnx.output("logits", ["N", 10])];
  let channels = 1;
  let last = "image";
  for (const filters of [16, 32, 64]) {
    const name = (what: string) => `${what}${filters}`;
    const scale = Math.sqrt(2 / (channels * 9));
    graph.push(
      onnx.weights(name("w"), [filters, channels, 3, 3], (i) => scale * onnx.spread(i)),
      onnx.weights(name("b"), [filters], () => 0),
      onnx.node("Conv", [last, name("w"), name("b")], [name("conv")], [onnx.attribute("pads", [1, 1, 1, 1])]),
      ...["scale", "shift", "mean", "var"].map((what) =>
        onnx.weights(name(what), [filters], () => (what === "scale" || what === "var" ? 1 : 0)),
      ),
      onnx.node("BatchNormalization", ["conv", "scale", "shift", "mean", "var"].map(name), [name("norm")]),
      onnx.node("Relu", [name("norm")], [name("relu")]),
    );
    last = name("relu");
    channels = filters;
    if (filters === 64) break;
    const two = [onnx.attribute("kernel_shape", [2, 2]), onnx.attribute("strides", [2, 2])];
    graph.push(onnx.node("MaxPool", [last], [name("pool")], two));
    last = name("pool");
  }
  graph.push(
    onnx.node("GlobalAveragePool", [last], ["pooled"]),
    onnx.node("Flatten", ["pooled"], ["flat"]),
    onnx.weights("dense", [64, 10], (i) => 0.1 * onnx.spread(i)),
    onnx.weights("offset", [10], () => 0),
    onnx.node("Gemm", ["flat", "dense", "offset"], ["logits"]),
  );
  const model = onnx.model(...graph);
  const preset: Preset = {
    size: [28, 28],
    crop: "center",
    mean: [73],
    std: [90],
    channelOrder: "rgb",
    layout: "nchw",
  };
  const learner = new Learner();
  learner.gather(preset, ["0", "1"]);
  for (let i = 0; i < 256; i++) {
    const data = Uint8ClampedArray.from({ length: 28 * 28 * 4 }, (_, at) => (at * 7 + i * 31) % 251);
    learner.add({ data, width: 28, height: 28 }, String(i % 2));
  }
  const plan = { ...learner.plan("finetune", preset), steps: rounds + 10, batch: 64 };
  learner.recover(model, model, plan, {});
  for (let i = 0; i < 3; i++) learner.advance();
  const ours = await median(rounds, () => learner.advance());
  learner.free();
  return { name: "A training step on a small network, batch 64", ours, peer: null };
}

/** A slider that moves: each step another target, scores already known. */
async function slider(job: Pick<Job, "name" | "model">): Promise<Row[]> {
  const cutter = new Cutter();
  cutter.open(await bytesOf(job.model), job.name, {});
  const rows: Row[] = [];
  const recipes: [string, (share: number) => Recipe][] = [
    ["weights", (share) => ({ granularity: "weight", target: { sparsity: share } })],
    ["channel groups", (share) => ({ granularity: "channel", target: { macs: share } })],
  ];
  for (const [what, recipe] of recipes) {
    cutter.preview(recipe(0.5));
    let step = 0;
    const ours = await median(40, () => cutter.preview(recipe(0.4 + 0.01 * (step++ % 40))));
    rows.push({ name: `${job.name}, a slider step over ${what}`, ours, peer: null });
  }
  const repack = await median(20, () => cutter.pack(undefined, undefined));
  rows.push({ name: `${job.name}, re-pack and check at 50 %`, ours: repack, peer: null });
  cutter.free();
  return rows;
}

/** A rival's pruned model, counted and run by our core, and ours cut to as many multiply-adds. */
async function judge(job: { original: string; pruned: string; preset: Preset }): Promise<{
  macs: number;
  agreement: number;
  oursMacs: number;
  oursAgreement: number;
  oursMilliseconds: number;
}> {
  const before = await bytesOf(job.original);
  const after = await bytesOf(job.pruned);
  const cutter = new Cutter();
  const { totals } = cutter.open(before, "original", {});
  const rival = new Cutter();
  const macs = rival.open(after, "pruned", {}).totals.macs / totals.macs;

  cutter.preview({ target: { macs } });
  const start = performance.now();
  const packed = cutter.pack(undefined, undefined);
  const oursMilliseconds = performance.now() - start;

  const photos = await samplePhotos(job.preset);
  return {
    macs,
    agreement: agreement(before, after, photos),
    oursMacs: packed.after.macs / totals.macs,
    oursAgreement: agreement(before, packed.bytes, photos),
    oursMilliseconds,
  };
}

/** Crops of the sample photographs as inputs of a model. */
async function samplePhotos(preset: Preset): Promise<Float32Array[]> {
  const runner = new Runner();
  const { photos } = (await (await fetch("photos/photos.json")).json()) as { photos: { file: string }[] };
  const inputs: Float32Array[] = [];
  for (const { file } of photos) {
    const bitmap = await createImageBitmap(await (await fetch(`photos/${file}`)).blob());
    const side = Math.floor(Math.min(bitmap.width, bitmap.height) / 2);
    for (const [x, y] of [
      [0, 0],
      [bitmap.width - side, 0],
      [0, bitmap.height - side],
      [bitmap.width - side, bitmap.height - side],
    ] as const) {
      const context = new OffscreenCanvas(side, side).getContext("2d")!;
      context.drawImage(bitmap, -x, -y);
      const { data, width, height } = context.getImageData(0, 0, side, side);
      inputs.push(runner.prepare({ data, width, height }, preset));
    }
  }
  runner.free();
  return inputs;
}

function agreement(before: Uint8Array, after: Uint8Array, inputs: Float32Array[]): number {
  const runner = new Runner();
  runner.load("original", before, {});
  runner.load("pruned", after, {});
  const top = (which: "original" | "pruned", input: Float32Array) => {
    const { logits } = runner.run(which, input);
    return logits.indexOf(Math.max(...logits));
  };
  const agreeing = inputs.filter((input) => top("original", input) === top("pruned", input)).length;
  runner.free();
  return agreeing / inputs.length;
}

const bench = { inference, trainingStep, slider, judge };
export type Bench = typeof bench;
declare global {
  interface Window {
    bench: Bench;
  }
}
await init();
window.bench = bench;
document.title = "ready";
