/** The worker that holds the open model and its current cut. */
import { expose } from "comlink";
import init, { criteria, Cutter, remainderOf, withLosses, withScores } from "../pkg/secateur";
import { withTransfers } from "./transfers";
import type { Curves, HeatmapRequest, ModelOutput, Pixels, Preset, Quality, Recipe, Scores, Totals } from "./protocol";

const core = init().then(() => new Cutter());

const api = {
  criteria: () => core.then(() => criteria()),
  open: async (bytes: Uint8Array, name: string, sizes: Record<string, number>) => (await core).open(bytes, name, sizes),
  parseRecipe: async (text: string) => (await core).parseRecipe(text),
  parsePreset: async (text: string) => (await core).parsePreset(text),
  preview: async (recipe: Recipe) => (await core).preview(recipe),
  heatmap: async (request: HeatmapRequest) => withTransfers((await core).heatmap(request)),
  scores: async (layer: number) => withTransfers((await core).scores(layer)),
  histogram: async (layer: number, bins: number) => withTransfers((await core).histogram(layer, bins)),
  pack: async (photo: Pixels | null, preset: Preset | null) =>
    withTransfers((await core).pack(photo ?? undefined, preset ?? undefined)),
  elsewhere: async () => withTransfers((await core).elsewhere()),
  checkElsewhere: async (masked: ModelOutput[], packed: ModelOutput[]) => (await core).checkElsewhere(masked, packed),
  takeScores: async (scores: Scores) => (await core).takeScores(scores),
  remainder: (before: Totals, after: Totals) => core.then(() => remainderOf(before, after)),
  withScores: (qualities: Quality[]) => core.then(() => withScores(qualities)),
  withLosses: (curves: Curves) => core.then(() => withLosses(curves)),
};

export type CutterApi = typeof api;
expose(api);
