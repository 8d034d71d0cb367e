/** The worker that brings pruned models back. The page asks for each piece of work, so it can pause between any two. */
import { expose } from "comlink";
import init, { Learner, placesOf, readIdx, withProbe } from "../pkg/secateur";
import type { Aim, Chosen, Curves, Found, Method, PictureStack, Pixels, Plan, Preset, Probe, Recipe } from "./protocol";
import { Team } from "./team";
import { withTransfers } from "./transfers";

const core = init().then(() => new Learner());
const team = new Team();
/** A browser whose workers can't start workers of their own learns with one. */
const cores = "Worker" in globalThis ? navigator.hardwareConcurrency : 1;

/** What is to be recovered or searched once it is prepared: its members are told then. */
let subject: { original: Uint8Array; pruned: Uint8Array | null; sizes: Record<string, number> } | null = null;

const api = {
  plan: async (method: Method, preset: Preset, chosen: Chosen) => (await core).plan(method, preset, chosen, cores),
  gather: async (preset: Preset, folders: string[], classes: number | null) =>
    (await core).gather(preset, folders, classes ?? undefined),
  add: async (photo: Pixels, folder: string | null, toTest: boolean) => (await core).add(photo, folder, toTest),
  addStack: async (stack: PictureStack, toTest: boolean) => (await core).addStack(stack, toTest),
  readIdx: async (imagesName: string, images: Uint8Array, labelsName: string, labels: Uint8Array | null) => {
    await core;
    return withTransfers(readIdx(imagesName, images, labelsName, labels));
  },
  placesOf: async (paths: string[], rooted: boolean) => {
    await core;
    return placesOf(paths, rooted);
  },
  async recover(original: Uint8Array, pruned: Uint8Array, plan: Plan, sizes: Record<string, number>) {
    (await core).recover(original, pruned, plan, sizes);
    subject = { original, pruned, sizes };
  },
  prepare: async () => (await core).prepare(),
  async begin() {
    const learner = await core;
    const beginning = learner.begin();
    // Who was lost in what came before is no news any more.
    team.takeLost();
    if (subject) {
      await team.gather(learner, subject.original, subject.sizes);
      if (subject.pruned) team.begin(subject.pruned);
    }
    return beginning;
  },
  async advance() {
    const learner = await core;
    await team.share(learner);
    return learner.advance();
  },
  judge: async () => (await core).judge(),
  checkpoint: async (after: number) => (await core).checkpoint(after) ?? null,
  lostHelpers: () => team.takeLost(),
  conclude: async () => (await core).conclude(),
  async finish() {
    team.disband();
    return (await core).finish();
  },
  beginScores: async (model: Uint8Array, criterion: string, seed: number, sizes: Record<string, number>) =>
    (await core).beginScores(model, criterion, seed, sizes),
  advanceScores: async () => (await core).advanceScores(),
  finishScores: async () => (await core).finishScores(),
  async toLine(original: Uint8Array, recipe: Recipe, plan: Plan, aim: Aim, sizes: Record<string, number>) {
    (await core).toLine(original, recipe, plan, aim, sizes);
    subject = { original, pruned: null, sizes };
  },
  async resumeLine(original: Uint8Array, state: string, best: Uint8Array, sizes: Record<string, number>) {
    (await core).resumeLine(original, state, best, sizes);
    subject = { original, pruned: null, sizes };
  },
  async round() {
    const learner = await core;
    await team.share(learner);
    const round = learner.round();
    if ("cut" in round.stage && learner.learns) {
      if (subject && !team.isWhole) await team.gather(learner, subject.original, subject.sizes);
      team.begin(learner.cut());
    }
    if (round.isOver) team.disband();
    return round;
  },
  async beginTest() {
    team.disband();
    return (await core).beginTest();
  },
  advanceTrial: async () => (await core).advanceTrial(),
  finishTrial: async () => (await core).finishTrial(),
  sensitivity: async (
    original: Uint8Array,
    recipe: Recipe,
    levels: readonly number[],
    seed: number,
    before: Curves | null,
    sizes: Record<string, number>,
  ) => (await core).sensitivity(original, recipe, Float64Array.from(levels), seed, before, sizes),
  found: async () => withTransfers((await core).found()),
  takeFound: async (found: Found) => (await core).takeFound(found),
  beginLayers: async () => (await core).beginLayers(),
  beginProbe: async (index: number) => (await core).beginProbe(index),
  advanceProbe: async () => (await core).advanceProbe(),
  finishProbe: async () => (await core).finishProbe(),
  withProbe: (curves: Curves, probe: Probe) => core.then(() => withProbe(curves, probe)),
  guide: async (original: Uint8Array, curves: Curves, recipe: Recipe, sizes: Record<string, number>) =>
    (await core).guide(original, curves, recipe, sizes),
  sweep: async (original: Uint8Array, recipe: Recipe, sizes: Record<string, number>) =>
    (await core).sweep(original, recipe, sizes),
  beginCut: async (kept: number) => (await core).beginCut(kept),
  finishCut: async () => (await core).finishCut(),
};

export type LearnerApi = typeof api;
expose(api);
