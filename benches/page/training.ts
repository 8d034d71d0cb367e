/** One training step compared with Burn's, on the small network on which training engines for browsers were measured. */
import * as onnx from "../../tests/support/onnx";
import { Learner, type Preset } from "../../www/pkg/secateur";
import { startWorker } from "../../www/core/start-worker";
import { DataParallelGroup } from "../../www/core/data-parallel-group";
import { inTurn, type Peer, type Row, type Work } from "./rows";

const BATCH = 64;
const SIDE = 28;
const CLASSES = 10;
const FILTERS = [16, 32, 64];

/** Convolutions of 3 × 3, each with BatchNormalization and ReLU, with pooling between them; a mean over all positions, and a dense layer. */
function network(): Uint8Array {
  const graph = [onnx.input("image", ["N", 1, SIDE, SIDE]), onnx.output("logits", ["N", CLASSES])];
  let channels = 1;
  let last = "image";
  for (const filters of FILTERS) {
    const name = (what: string) => `${what}${filters}`;
    const scale = Math.sqrt(2 / (channels * 9));
    if (last !== "image") {
      const two = [onnx.attribute("kernel_shape", [2, 2]), onnx.attribute("strides", [2, 2])];
      graph.push(onnx.node("MaxPool", [last], [name("pool")], two));
      last = name("pool");
    }
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
  }
  graph.push(
    onnx.node("GlobalAveragePool", [last], ["pooled"]),
    onnx.node("Flatten", ["pooled"], ["flat"]),
    onnx.weights("dense", [channels, CLASSES], (i) => 0.1 * onnx.spread(i)),
    onnx.weights("offset", [CLASSES], () => 0),
    onnx.node("Gemm", ["flat", "dense", "offset"], ["logits"]),
  );
  return onnx.model(...graph);
}

/**
 * Ours does what the page does in a step, so it also makes the batch from stored pictures and augments them at random.
 * With several workers, each computes the gradient of its part of the batch, and they exchange gradients.
 */
async function ours(steps: number, workers: number): Promise<Work> {
  const preset: Preset = {
    size: [SIDE, SIDE],
    crop: "center",
    mean: [73],
    std: [90],
    channelOrder: "rgb",
    layout: "nchw",
  };
  const learner = new Learner();
  learner.gather(preset, ["0", "1"]);
  for (let i = 0; i < 4 * BATCH; i++) {
    const data = Uint8ClampedArray.from({ length: SIDE * SIDE * 4 }, (_, at) => (at * 7 + i * 31) % 251);
    learner.add({ data, width: SIDE, height: SIDE }, String(i % 2), false);
  }
  const model = network();
  const plan = { ...learner.plan("finetune", preset, { batch: BATCH }, workers), length: { steps } };
  learner.recover(model, model, plan, {});
  /** Does steps until one tells such an event. */
  const until = async (name: "began" | "learning", beforeStep?: () => Promise<void>) => {
    for (;;) {
      await beforeStep?.();
      const step = learner.step();
      if ("done" in step) throw new Error("training has ended");
      if (name in step.event) return;
    }
  };
  await until("began");
  if (workers === 1) return () => until("learning");
  const group = new DataParallelGroup(() => startWorker("replica"));
  await group.gather(learner, model, {});
  group.begin(model);
  return () => until("learning", () => group.exchange(learner));
}

/** Steps that are timed together when workers continue in the background between two steps. */
const IN_A_ROW = 8;

/** Two workers compared with one. */
async function together(rounds: number): Promise<Row> {
  const steps = IN_A_ROW * (rounds + 10);
  const row = (step: Work) => async () => {
    for (let i = 0; i < IN_A_ROW; i++) await step();
  };
  const [both, one] = await inTurn(rounds, [row(await ours(steps, 2)), row(await ours(steps, 1))]);
  return { name: `${IN_A_ROW} such steps, two workers`, ours: both, peer: { name: "one worker", ...one } };
}

/** What peers train on: they get a batch that is ready. */
function readyBatch(): { images: Float32Array; labels: Int32Array } {
  return {
    images: Float32Array.from({ length: BATCH * SIDE * SIDE }, (_, at) => (((at * 7) % 251) - 73) / 90),
    labels: Int32Array.from({ length: BATCH }, (_, i) => i % 2),
  };
}

/** What benches/burn exports. */
interface Burn {
  default: () => Promise<unknown>;
  Peer: new (rate: number) => { step(images: Float32Array, labels: Int32Array): number };
}

/** Burn's: forward, backward and SGD with momentum on one batch that is ready. */
async function burns(): Promise<Work> {
  const address = new URL("burn/burn_step.js", document.baseURI).href;
  const burn = (await import(/* @vite-ignore */ address)) as Burn;
  await burn.default();
  const peer = new burn.Peer(0.02);
  const { images, labels } = readyBatch();
  const first = peer.step(images, labels);
  return () => {
    const loss = peer.step(images, labels);
    if (!(loss < first)) throw new Error(`Burn does not learn: its loss went from ${first} to ${loss}`);
  };
}

/** What benches/tensorflow exports. */
interface TensorFlow {
  begin(rate: number): Promise<(images: Float32Array, labels: Int32Array) => Promise<number>>;
}

/** A step compared with TensorFlow.js's, whose module is served beside this page. Its step takes so long that a few are enough. */
export async function besideTensorFlow(rounds: number): Promise<Row> {
  const address = new URL("tensorflow/tensorflow_step.js", document.baseURI).href;
  const tensorflow = (await import(/* @vite-ignore */ address)) as TensorFlow;
  const step = await tensorflow.begin(0.02);
  const { images, labels } = readyBatch();
  const [times, theirs] = await inTurn(rounds, [await ours(rounds + 10, 1), () => step(images, labels)]);
  const name = `The same step (median of ${rounds})`;
  return { name, ours: times, peer: { name: "TensorFlow.js, CPU backend", ...theirs } };
}

/** `withBurn`: whether its module is served beside this page. */
export async function training(rounds: number, withBurn: boolean): Promise<Row[]> {
  const name = `A training step on a small network, batch ${BATCH}`;
  const own = await ours(2 * rounds + 10, 1);
  if (!withBurn) {
    const [times] = await inTurn(rounds, [own]);
    return [{ name, ours: times, peer: null }, await together(rounds)];
  }
  const [times, theirs] = await inTurn(rounds, [own, await burns()]);
  const peer: Peer = { name: "Burn", ...theirs };
  return [{ name, ours: times, peer }, await together(rounds)];
}
