/** The worker that runs exported models on photos and measures them. */
import { expose } from "comlink";
import init, { Runner } from "../pkg/secateur";
import { withTransfers } from "./transfers";
import type { PhotoComparison, Pixels, Preset, Timing, Which } from "./protocol";

const core = init().then(() => new Runner());

const api = {
  load: async (which: Which, bytes: Uint8Array, sizes: Record<string, number>) =>
    (await core).load(which, bytes, sizes),
  prepare: async (photo: Pixels, preset: Preset) => (await core).prepare(photo, preset),
  run: async (which: Which, input: Float32Array) => withTransfers((await core).run(which, input)),
  measure: async (which: Which, input: Float32Array, runs: number) => (await core).measure(which, input, runs),
  compare: async (original: Float32Array, pruned: Float32Array, probabilities: boolean, preset: Preset) =>
    (await core).compare(original, pruned, probabilities, preset),
  summarize: async (comparisons: PhotoComparison[], original: Timing[], pruned: Timing[]) =>
    (await core).summarize(comparisons, original, pruned),
  difference: async (ours: Float32Array, theirs: Float32Array) => (await core).difference(ours, theirs),
};

export type RunnerApi = typeof api;
expose(api);
