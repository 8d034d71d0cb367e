/** What `npm run bench` runs inside the browser. Rows that are compared run in turns, so that a slow moment affects all alike. */
import * as ort from "onnxruntime-web/wasm";
import wasmUrl from "onnxruntime-web/ort-wasm-simd-threaded.wasm?url";
import init, { Cutter, Runner, type Preset, type Recipe, type Timing } from "../../www/pkg/secateur";
import { bytesOf, inTurn, type Row, type Work } from "./rows";
import { besideTensorFlow, training } from "./training";

ort.env.wasm.numThreads = 1;
ort.env.wasm.wasmPaths = { wasm: new URL(wasmUrl, import.meta.url).href };

export interface Job {
  /** What the rows are about, and where its model is served. */
  name: string;
  model: string;
  /** Elements of one input, and its shape. */
  shape: number[];
  /** Shares of the multiply-adds to cut the model to; each gets a row of its own. */
  cuts: number[];
  rounds: number;
}

/** Numbers that look like a normalized photo to an engine: no denormals, and no zeros to take advantage of. */
function pattern(shape: number[]): Float32Array {
  const length = shape.reduce((a, b) => a * b, 1);
  return Float32Array.from({ length }, (_, i) => Math.sin(i * 0.37) + 0.3 * Math.sin(i * 0.011));
}

/** Dense and cut models in both engines, in turns; then loading them. */
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
  const contenders: Work[] = [];
  for (const { bytes } of models) {
    const runner = new Runner();
    runner.load("original", bytes, {});
    const session = await open(bytes);
    const feeds = { [session.inputNames[0]!]: new ort.Tensor("float32", input, job.shape) };
    contenders.push(
      () => runner.run("original", input),
      () => session.run(feeds),
    );
  }
  const times = await inTurn(job.rounds, contenders);
  const rows = models.map(({ name }, i) => row(name, times[2 * i]!, times[2 * i + 1]!));

  let runner: Runner;
  let session: ort.InferenceSession;
  const [ours, theirs] = await inTurn(
    20,
    [
      () => {
        runner = new Runner();
        runner.load("original", original, {});
      },
      async () => (session = await open(original)),
    ],
    () => {
      runner.free();
      return session.release();
    },
  );
  cutter.free();
  return [...rows, row(`${job.name}, load`, ours, theirs)];
}

const open = (bytes: Uint8Array) => ort.InferenceSession.create(bytes, { executionProviders: ["wasm"] });

function row(name: string, ours: Timing, theirs: Timing): Row {
  return { name, ours, peer: { name: "ONNX Runtime Web", ...theirs } };
}

/** What the core does in one step of the slider: each step has another target, and the scores are already known. */
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
    const [ours] = await inTurn(40, [() => cutter.preview(recipe(0.4 + 0.01 * (step++ % 40)))]);
    rows.push({ name: `${job.name}, the core's part of a slider step over ${what}`, ours, peer: null });
  }
  const [ours] = await inTurn(20, [() => cutter.pack(undefined, undefined)]);
  rows.push({ name: `${job.name}, re-pack and check at 50 %`, ours, peer: null });
  cutter.free();
  return rows;
}

/**
 * A rival's pruned model, counted and run by our core, and two cuts of ours: a global one to as many multiply-adds, and one of
 * the same share of channels with the rival's allocation. `pictures` are addresses of pictures like those that the model was
 * trained on; without any, crops of the sample photographs are used.
 */
async function judge(job: {
  original: string;
  pruned: string;
  allocation: "uniform" | "global";
  /** The share of the channels that the rival was asked to remove. */
  share: number;
  preset: Preset;
  pictures: string[];
}): Promise<{ pictures: number; rival: Judged; asManyMacs: Judged; sameShare: Judged }> {
  const before = await bytesOf(job.original);
  const after = await bytesOf(job.pruned);
  const cutter = new Cutter();
  const { totals } = cutter.open(before, "original", {});
  const rival = new Cutter();
  const macs = rival.open(after, "pruned", {}).totals.macs / totals.macs;
  const photos = await (job.pictures.length > 0 ? whole(job.pictures, job.preset) : crops(job.preset));
  const ours = (recipe: Recipe): Judged => {
    cutter.preview(recipe);
    const start = performance.now();
    const packed = cutter.pack(undefined, undefined);
    const milliseconds = performance.now() - start;
    return { macs: packed.after.macs / totals.macs, agreement: agreement(before, packed.bytes, photos), milliseconds };
  };
  const { allocation, share } = job;
  return {
    pictures: photos.length,
    rival: { macs, agreement: agreement(before, after, photos), milliseconds: null },
    asManyMacs: ours({ allocation: "global", target: { macs } }),
    sameShare: ours({ allocation, target: { sparsity: share } }),
  };
}

/** The result of a cut. */
interface Judged {
  /** Share of the multiply-adds that is left. */
  macs: number;
  /** Share of the pictures for which it predicts the same class as the original. */
  agreement: number;
  /** Time for re-packing and checking; `null` if it was not done here. */
  milliseconds: number | null;
}

/** Pictures as inputs of a model. */
async function whole(addresses: string[], preset: Preset): Promise<Float32Array[]> {
  const runner = new Runner();
  const inputs = await Promise.all(
    addresses.map(async (address) => {
      const bitmap = await createImageBitmap(await (await fetch(address)).blob());
      return runner.prepare(pixels(bitmap, 0, 0, bitmap.width, bitmap.height), preset);
    }),
  );
  runner.free();
  return inputs;
}

/** A part of a picture. */
function pixels(bitmap: ImageBitmap, x: number, y: number, width: number, height: number): ImageData {
  const context = new OffscreenCanvas(width, height).getContext("2d")!;
  context.drawImage(bitmap, -x, -y);
  return context.getImageData(0, 0, width, height);
}

/** Crops of the sample photographs as inputs of a model. */
async function crops(preset: Preset): Promise<Float32Array[]> {
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
    ] as const)
      inputs.push(runner.prepare(pixels(bitmap, x, y, side, side), preset));
  }
  runner.free();
  return inputs;
}

function agreement(before: Uint8Array, after: Uint8Array, inputs: Float32Array[]): number {
  const runner = new Runner();
  runner.load("original", before, {});
  runner.load("pruned", after, {});
  const top = (which: "original" | "pruned", input: Float32Array) => {
    const { output } = runner.run(which, input);
    return output.indexOf(Math.max(...output));
  };
  const agreeing = inputs.filter((input) => top("original", input) === top("pruned", input)).length;
  runner.free();
  return agreeing / inputs.length;
}

const bench = { inference, training, besideTensorFlow, slider, judge };
export type Bench = typeof bench;
declare global {
  interface Window {
    bench: Bench;
  }
}
await init();
window.bench = bench;
document.title = "ready";
