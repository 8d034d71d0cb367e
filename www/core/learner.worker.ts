/** The worker that brings pruned models back. The page asks for each piece of work, so it can pause between any two. */
import { expose } from "comlink";
import init, { Learner } from "../pkg/secateur";
import type { Method, Pixels, Plan, Preset, Recipe } from "./protocol";
import { Team } from "./team";

const core = init().then(() => new Learner());
const team = new Team();
/** A browser whose workers can't start workers of their own learns with one. */
const cores = "Worker" in globalThis ? navigator.hardwareConcurrency : 1;

const api = {
  plan: async (method: Method, preset: Preset) => (await core).plan(method, preset, cores),
  gather: async (preset: Preset, folders: string[]) => (await core).gather(preset, folders),
  add: async (photo: Pixels, folder: string | null) => (await core).add(photo, folder),
  async recover(original: Uint8Array, pruned: Uint8Array, plan: Plan, sizes: Record<string, number>) {
    const learner = await core;
    const beginning = learner.recover(original, pruned, plan, sizes);
    await team.gather(learner, original, pruned, plan, sizes);
    return beginning;
  },
  advance: async () => (team.isAlone ? (await core).advance() : team.step(await core)),
  judge: async () => (await core).judge() ?? null,
  async finish() {
    team.disband();
    return (await core).finish();
  },
  toLine: async (original: Uint8Array, recipe: Recipe, plan: Plan, loss: number, sizes: Record<string, number>) =>
    (await core).toLine(original, recipe, plan, loss, sizes),
  round: async () => (await core).round(),
  beginScores: async (model: Uint8Array, criterion: string, seed: number, sizes: Record<string, number>) =>
    (await core).beginScores(model, criterion, seed, sizes),
  advanceScores: async () => (await core).advanceScores(),
  finishScores: async () => (await core).finishScores(),
};

export type LearnerApi = typeof api;
expose(api);
