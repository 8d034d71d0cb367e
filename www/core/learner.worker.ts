/** The worker that works on photos: it recovers, searches, probes and measures. The page asks for each step, so it can pause between any two. */
import init, { Learner, placesOf, readIdx, withProbe } from "../pkg/secateur";
import type { Method, Plan, Preset, Recipe, SearchGoal, TaskStep, TrainingOverrides } from "./protocol";
import { Team, type Leader } from "./team";

const core = init().then(() => new Learner());
// Of the script that this worker runs: one that is still being built can't be imported into itself.
const team = new Team(() => new Worker(new URL("#member", location.href), { type: "module", name: "member" }));
/** Where workers can't start workers of their own, training uses a single worker. */
const cores = "Worker" in globalThis ? navigator.hardwareConcurrency : 1;

/** The recovery or search that was started: the members are told about it when it has begun. `pruned`: what a recovery trains. */
let subject: { original: Uint8Array; pruned: Uint8Array | null; sizes: Record<string, number> } | null = null;

/** Lets the team follow what the learner's step came to. */
async function follow(step: TaskStep, learner: Learner): Promise<void> {
  const isOver = "done" in step || "trained" in step.event;
  if (isOver) team.disband();
  if (!subject || "done" in step) return;
  const { event } = step;
  if ("began" in event) {
    // Members lost in earlier work have been reported already.
    team.takeLost();
    await team.gather(learner, subject.original, subject.sizes);
    if (subject.pruned) team.begin(subject.pruned);
  }
  if ("training" in event) {
    if (!team.isWhole) await team.gather(learner, subject.original, subject.sizes);
    team.begin(event.training.bytes);
  }
}

/** The calls in which the team takes part. */
const led = {
  plan: async (method: Method, preset: Preset, chosen: TrainingOverrides = {}) =>
    (await core).plan(method, preset, chosen, cores),
  async recover(original: Uint8Array, pruned: Uint8Array, plan: Plan, sizes: Record<string, number>) {
    (await core).recover(original, pruned, plan, sizes);
    subject = { original, pruned, sizes };
  },
  async search(original: Uint8Array, recipe: Recipe, plan: Plan, goal: SearchGoal, sizes: Record<string, number>) {
    (await core).search(original, recipe, plan, goal, sizes);
    subject = { original, pruned: null, sizes };
  },
  async resumeSearch(original: Uint8Array, state: string, best: Uint8Array, sizes: Record<string, number>) {
    (await core).resumeSearch(original, state, best, sizes);
    subject = { original, pruned: null, sizes };
  },
  async step() {
    const learner = await core;
    await team.share(learner);
    const step = learner.step();
    await follow(step, learner);
    return step;
  },
  /** How many of the workers that help with training were lost since the last time this was asked. Training continues without them. */
  lostHelpers: () => team.takeLost(),
};

const functions = { placesOf, readIdx, withProbe };

export type LearnerApi = Omit<Learner, keyof typeof led | keyof Leader> & typeof led & typeof functions;
export const served = core.then((learner) => [led, learner, functions]);
