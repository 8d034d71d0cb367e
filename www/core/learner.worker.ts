/** The worker that brings pruned models back. The page asks for each piece of work, so it can pause between any two. */
import { expose } from "comlink";
import init, { Learner, readIdx } from "../pkg/secateur";
import { withTransfers } from "./transfers";
import type { Method, PictureStack, Pixels, Plan, Preset, Recipe } from "./protocol";

const core = init().then(() => new Learner());

const api = {
  plan: async (method: Method, preset: Preset) => (await core).plan(method, preset),
  gather: async (preset: Preset, folders: string[]) => (await core).gather(preset, folders),
  add: async (photo: Pixels, folder: string | null, toTest: boolean) => (await core).add(photo, folder, toTest),
  addStack: async (stack: PictureStack, toTest: boolean) => (await core).addStack(stack, toTest),
  readIdx: async (imagesName: string, images: Uint8Array, labelsName: string, labels: Uint8Array | null) => {
    await core;
    return withTransfers(readIdx(imagesName, images, labelsName, labels));
  },
  recover: async (original: Uint8Array, pruned: Uint8Array, plan: Plan, sizes: Record<string, number>) =>
    (await core).recover(original, pruned, plan, sizes),
  advance: async () => (await core).advance(),
  judge: async () => (await core).judge() ?? null,
  finish: async () => (await core).finish(),
  toLine: async (original: Uint8Array, recipe: Recipe, plan: Plan, loss: number, sizes: Record<string, number>) =>
    (await core).toLine(original, recipe, plan, loss, sizes),
  round: async () => (await core).round(),
};

export type LearnerApi = typeof api;
expose(api);
