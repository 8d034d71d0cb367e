/** The worker that works on photos: it recovers, searches and measures. The page asks for each step, so it can pause between any two. */
import init, { Learner, datasetLayout, readIdx, withProbe } from "../pkg/secateur";
import type { Method, Plan, Preset, Recipe, SearchGoal, ShrinkGoal, TaskStep, TrainingOverrides } from "./protocol";
import { DataParallelGroup, type Leader } from "./data-parallel-group";

const core = init().then(() => new Learner());
// Of the script that this worker runs: one that is still being built can't be imported into itself.
const group = new DataParallelGroup(
  () => new Worker(new URL("#replica", location.href), { type: "module", name: "replica" }),
);
/** Where workers can't start workers of their own, training uses a single worker. */
const cores = "Worker" in globalThis ? navigator.hardwareConcurrency : 1;

/** The work that was started, where it trains: the replicas are told about it when it has begun. `pruned`: what a recovery trains. */
let subject: { original: Uint8Array; pruned: Uint8Array | null; sizes: Record<string, number> } | null = null;

/** Lets the group follow what the learner's step came to. */
async function follow(step: TaskStep, learner: Learner): Promise<void> {
  const isOver = "done" in step || "trained" in step.event;
  if (isOver) group.end();
  if (!subject || "done" in step) return;
  const { event } = step;
  if ("began" in event) {
    // Replicas lost in earlier work have been reported already.
    group.takeLost();
    await group.gather(learner, subject.original, subject.sizes);
    if (subject.pruned) group.begin(subject.pruned);
  }
  if ("training" in event) {
    if (!group.isWhole) await group.gather(learner, subject.original, subject.sizes);
    group.begin(event.training.bytes);
  }
}

/** The calls in which the group takes part. */
const led = {
  plan: async (method: Method, preset: Preset, chosen: TrainingOverrides = {}) =>
    (await core).plan(method, preset, chosen, cores),
  shrinkPlan: async (
    original: Uint8Array,
    preset: Preset,
    hasLabels: boolean,
    chosen: TrainingOverrides,
    sizes: Record<string, number>,
  ) => (await core).shrinkPlan(original, preset, hasLabels, chosen, sizes, cores),
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
  async shrink(original: Uint8Array, goal: ShrinkGoal, plan: Plan, sizes: Record<string, number>) {
    (await core).shrink(original, goal, plan, sizes);
    subject = { original, pruned: null, sizes };
  },
  async step() {
    const learner = await core;
    await group.exchange(learner);
    const step = learner.step();
    await follow(step, learner);
    return step;
  },
  /** How many of the workers that help with training were lost since the last time this was asked. Training continues without them. */
  lostHelpers: () => group.takeLost(),
};

const functions = { datasetLayout, readIdx, withProbe };

export type LearnerApi = Omit<Learner, keyof typeof led | keyof Leader> & typeof led & typeof functions;
export const served = core.then((learner) => [led, learner, functions]);
