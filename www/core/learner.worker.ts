/** The worker that recovers pruned models. The page asks for each piece of work, so it can pause between any two. */
import init, { Learner, placesOf, readIdx, withProbe } from "../pkg/secateur";
import type { SearchGoal, Method, Plan, Preset, Recipe, TrainingOverrides } from "./protocol";
import { Team, type Leader } from "./team";

const core = init().then(() => new Learner());
// Of the script that this worker runs: one that is still being built can't be imported into itself.
const team = new Team(() => new Worker(new URL("#member", location.href), { type: "module", name: "member" }));
/** Where workers can't start workers of their own, training uses a single worker. */
const cores = "Worker" in globalThis ? navigator.hardwareConcurrency : 1;

/** The recovery or search that is being prepared: the members are told about it when that is done. */
let subject: { original: Uint8Array; pruned: Uint8Array | null; sizes: Record<string, number> } | null = null;

/** The calls in which the team takes part. */
const led = {
  plan: async (method: Method, preset: Preset, chosen: TrainingOverrides = {}) =>
    (await core).plan(method, preset, chosen, cores),
  async recover(original: Uint8Array, pruned: Uint8Array, plan: Plan, sizes: Record<string, number>) {
    (await core).recover(original, pruned, plan, sizes);
    subject = { original, pruned, sizes };
  },
  async toLine(original: Uint8Array, recipe: Recipe, plan: Plan, aim: SearchGoal, sizes: Record<string, number>) {
    (await core).toLine(original, recipe, plan, aim, sizes);
    subject = { original, pruned: null, sizes };
  },
  async resumeLine(original: Uint8Array, state: string, best: Uint8Array, sizes: Record<string, number>) {
    (await core).resumeLine(original, state, best, sizes);
    subject = { original, pruned: null, sizes };
  },
  async begin() {
    const learner = await core;
    const beginning = learner.begin();
    // Members lost in earlier work have been reported already.
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
  async finish() {
    team.disband();
    return (await core).finish();
  },
  async beginTest() {
    team.disband();
    return (await core).beginTest();
  },
  /** How many of the workers that help with training were lost since the last time this was asked. Training continues without them. */
  lostHelpers: () => team.takeLost(),
};

const functions = { placesOf, readIdx, withProbe };

export type LearnerApi = Omit<Learner, keyof typeof led | keyof Leader | "cut"> & typeof led & typeof functions;
export const served = core.then((learner) => [led, learner, functions]);
