/**
 * A stand-in for the core, for tests of the page alone: it answers at once, records what it was asked, and can be told to
 * fail. It computes nothing that the page shows as a result.
 */
import type { Core } from "../../www/core/protocol";
import type {
  Beginning,
  Candidate,
  CandidateModel,
  ComparisonResult,
  Finished,
  LayerCut,
  LayerInfo,
  ListedCriterion,
  Message,
  Method,
  Metrics,
  ModelSummary,
  PackResult,
  Phase,
  PhotoComparison,
  Plan,
  Preset,
  Preview,
  DedicatedLearner,
  Probing,
  Recipe,
  Recovered,
  Retained,
  Scores,
  ShrinkGoal,
  Shrunk,
  Strategy,
  TaskEvent,
  TaskStep,
  Timing,
  Totals,
  Tried,
  TrainingOverrides,
  TrainingStep,
} from "../../www/core/protocol";
import { CoreError } from "../../www/core/restartable-worker";

export interface DoubleCore extends Core {
  /** Names of the calls in their order, with the most telling argument. */
  readonly calls: [name: string, argument: unknown][];
  /** Makes the named call fail from now on, or work again. */
  fail(name: string, error: Error | null): void;
  /** Makes the named call wait until the returned function is called. */
  hold(name: string): () => void;
  restart(which: string, reason: string): void;
  /** Lets a worker that helps to learn die. */
  loseHelper(): void;
  /** What the learner's tasks are made of: a test may put its own in place of any. */
  readonly pieces: Pieces;
  startLearner(): DoubleDedicatedLearner;
}

/** A learner in a worker of its own, and what its tasks are made of. */
export interface DoubleDedicatedLearner extends DedicatedLearner {
  readonly pieces: {
    /** Shows a photo before anything is cut, and gives how many were shown. */
    prepare(): Promise<number>;
    /** Shows a photo to a cut. */
    advanceProbe(): Promise<number>;
    /** Cuts to this share; `false` where the recipe's limits do not let so much go. */
    beginCut(kept: number): Promise<boolean>;
  };
}

/** Pieces of a task, in the order in which it comes by them. */
export interface Pieces {
  prepare(): Promise<Prepared>;
  begin(): Promise<Beginning>;
  advance(): Promise<Advance>;
  judge(): Promise<number>;
  advanceTrial(): Promise<Advance>;
  finishTrial(): Promise<ComparisonResult>;
  checkpoint(after: number): Promise<Omit<Recovered, "done"> | undefined>;
  conclude(): Promise<void>;
  finish(): Promise<Omit<Recovered, "done">>;
  round(): Promise<Round>;
  /** What comes of a strategy where all is chosen automatically, or why it is impossible. */
  tryStrategy(strategy: Strategy): Promise<Tried | Message>;
  /** What comes out. `isTrained`: of training, not of the best cut as it is. Nothing is cut where no point may be lost. */
  finishShrink(isTrained: boolean): Promise<Shrunk>;
  /** How many photos there are for the last word. */
  beginTest(): Promise<number>;
  advanceScores(): Promise<Advance>;
  finishScores(): Promise<Scores>;
}

/** How far something is, and what the last step of training did. */
interface Advance {
  done: number;
  of: number;
  learned?: TrainingStep;
  accuracy?: number;
  /** Whether the model is judged now. */
  due?: boolean;
}
type Prepared = { scoring: Advance } | { measuring: Advance };

/** A piece of a search. */
interface Round {
  stage:
    | { scoring: Advance }
    | { judging: Advance }
    | { recovering: Advance }
    | { cut: Metrics }
    | { limit: Message }
    | { judged: Candidate };
  isOver: boolean;
  least: number;
  bytes: Uint8Array;
  made?: Pick<CandidateModel, "recipe" | "left">;
  state?: string;
}

/** A task under way: what it tells, and what it gives in the end. */
type Run = AsyncGenerator<TaskEvent, Finished>;

/** The worker's calls that drive one task. */
class Runs {
  stopping = false;
  #run: Run | null = null;

  start(run: Run): void {
    this.stopping = false;
    this.#run = run;
  }

  async step(): Promise<TaskStep> {
    if (!this.#run) throw coreError("bad-input", "No recovery is running.");
    const { done, value } = await this.#run.next();
    return done ? { done: value } : { event: value };
  }
}

/** A step of training, or another piece of a recovery. */
function piece({ learned, done, of, accuracy }: Advance): TaskEvent {
  if (!learned) return progress("reconstructing", { done, of });
  return { learning: { done, of, step: learned, ...ifKnown(accuracy) } };
}

const ifKnown = (accuracy: number | undefined) => (accuracy === undefined ? {} : { accuracy });

function progress(phase: Phase, { done, of }: Advance): TaskEvent {
  return { progress: { phase, done, of } };
}

/** A failure as the core gives it. */
export function coreError(code: string, message: string, args?: Message["args"]): Error {
  return Object.assign(new Error(message), { code, said: args ? { key: `error-${code}`, args } : sentence(message) });
}

/** What the core says, of which a test only needs the sentence. */
export function sentence(text: string): Message {
  return { key: "kept-sentence", args: { text } };
}

/** Calls that the double gives no answer to. */
function unanswered<Name extends keyof Core["learner"]>(...names: Name[]): Pick<Core["learner"], Name> {
  const refuse = (name: Name) => () => Promise.reject(coreError("double", `the double does not answer “${name}”`));
  return Object.fromEntries(names.map((name) => [name, refuse(name)])) as unknown as Pick<Core["learner"], Name>;
}

const TOTALS: Totals = { parameters: 1000, nonzeros: 1000, macs: 50_000, activationBytes: 8000, bytes: 4200 };

const PRESET: Preset = {
  size: [4, 4],
  crop: "center",
  mean: [127, 127, 127],
  std: [128, 128, 128],
  channelOrder: "rgb",
  layout: "nchw",
};

export function layer(id: number, name: string, kept: string | null = null): LayerInfo {
  return {
    id,
    name,
    operator: "Conv",
    kind: "convolution",
    weight: `${name}.weight`,
    weightShape: [16, 8, 3, 3],
    channelsIn: 8,
    channelsOut: 16,
    outputShape: [1, 16, 4, 4],
    parameters: 500,
    nonzeros: 500,
    macs: 25_000,
    activationBytes: 1024,
    bytes: 2000,
    group: 0,
    kept: kept === null ? null : sentence(kept),
  };
}

export function summary(name: string): ModelSummary {
  return {
    name,
    opset: 17,
    producer: "a test",
    inputs: [{ name: "image", dtype: "float32", shape: ["N", "3", "4", "4"] }],
    outputs: [{ name: "logits", dtype: "float32", shape: ["N", "10"] }],
    probabilities: false,
    uncounted: [],
    classes: 10,
    totals: TOTALS,
    layers: [layer(0, "stem"), layer(1, "head", "its outputs are the model's")],
    groups: [{ id: 0, channels: 16, layers: [0] }],
    unsupported: [],
    kept: [{ layer: "head", reason: sentence("its outputs are the model's"), channels: 16, of: 16 }],
    warnings: [],
    preset: PRESET,
    presetNotes: [sentence("the input is 4 × 4 with three channels, so it is taken for a photo's")],
  };
}

function after(recipe: Recipe): Totals {
  const { macs, parameters, bytes, sparsity } = recipe.target ?? {};
  const share = macs ?? parameters ?? bytes ?? 1 - (sparsity ?? 0);
  return Object.fromEntries(Object.entries(TOTALS).map(([name, value]) => [name, Math.round(value * share)])) as never;
}

function left(totals: Totals): Retained {
  return { sparsity: 1 - totals.nonzeros / TOTALS.nonzeros, macs: totals.macs / TOTALS.macs };
}

function criterion(name: string, pictures: boolean): ListedCriterion {
  const rest = { after: null, needs: null, weights: true, channels: true, magnitude: false, comparable: false };
  return { name, title: `criterion-${name}`, about: `criterion-${name}-about`, pictures, ...rest };
}

const CRITERIA = [
  ...["l2", "l1"].map((name) => criterion(name, false)),
  ...["wanda", "taylor", "fisher", "apoz", "snip", "movement"].map((name) => criterion(name, true)),
];

const CUTS: LayerCut[] = [0, 1].map((id) => ({
  id,
  channelsIn: 8,
  channelsOut: 12,
  channelsGone: 0.25,
  parameters: 400,
  nonzeros: 400,
  macs: 20_000,
  bytes: 1600,
  sparsity: 0.25,
  threshold: 0.1,
}));

function preview(recipe: Recipe): Preview {
  return { before: TOTALS, after: after(recipe), bytesAreExact: true, layers: CUTS, warnings: [], milliseconds: 1 };
}

const CHECK = {
  agrees: true,
  maxAbsolute: 3e-6,
  maxRelative: 1e-6,
  tolerance: 1e-4,
  checkedOn: sentence("your photo"),
};

/** `skipped`: why the core could not check it itself. */
function packed(recipe: Recipe, skipped?: Error): PackResult {
  return {
    ...preview(recipe),
    check: skipped ? null : CHECK,
    checkSkipped: skipped ? sentence(skipped.message) : null,
    needsExternalCheck: skipped !== undefined,
    folded: [{ layer: "stem", channels: 4, what: sentence("bias folded into head") }],
    zeroed: [],
    bytes: new Uint8Array(after(recipe).bytes),
    report: '{"before": {}, "after": {}}',
    recipe: JSON.stringify(recipe),
  };
}

const TIMING: Timing = { median: 10, low: 9.5, high: 11, runs: 11 };

const COMPARISON: PhotoComparison = {
  originalTop: [{ index: 3, label: "cat", probability: 0.8 }],
  prunedTop: [{ index: 3, label: "cat", probability: 0.6 }],
  agrees: true,
  kl: 0.05,
};

const PLAN: Plan = {
  method: "distill",
  length: { steps: 3 },
  batch: 2,
  optimiser: { rule: "sgd", momentum: 0.9 },
  rate: 0.01,
  schedule: "cosine",
  weightDecay: 1e-4,
  clip: 5,
  temperature: 4,
  smoothing: 0,
  labelShare: 0,
  augmentation: { flip: true, shift: 0.1, rotation: 0, jitter: 0 },
  seed: 1,
};

/** The plan with what was chosen, as the core makes it. */
function planned(
  method: Method,
  { optimizer, momentum, flip, shift, rotation, jitter, ...chosen }: TrainingOverrides,
): Plan {
  const moves = { flip, shift, rotation, jitter };
  const moved = Object.entries(moves).filter(([, value]) => value !== undefined);
  return {
    ...PLAN,
    ...(chosen as Partial<Plan>),
    method,
    optimiser: optimizer === "adamw" ? { rule: "adamw" } : { rule: "sgd", momentum: momentum ?? 0.9 },
    augmentation: { ...PLAN.augmentation, ...(Object.fromEntries(moved) as Partial<Plan["augmentation"]>) },
    ...(method === "distill" ? { inner: chosen.inner ?? ["stages"] } : {}),
  };
}

const quality = (agreement: number): Metrics => ({
  pictures: 4,
  agreement,
  kl: 1 - agreement,
  score: { by: "agreement", share: agreement },
});

const withScore = (told: Metrics): Metrics => ({ ...told, score: { by: "agreement", share: told.agreement ?? 0 } });

/** Strategies in the order in which they are tried, and what is left of their agreement after the cut and after reconstruction. */
const STRATEGIES: Record<Strategy, readonly [cut: number, recovered: number] | null> = {
  mostlyBranches: [0.5, 0.6],
  mostlyChannels: null,
  branches: [0.55, 0.7],
  channels: [0.2, 0.3],
};

const strategyName = (strategy: Strategy): Message => ({
  key: `strategy-${strategy.replace(/[A-Z]/, (letter) => `-${letter.toLowerCase()}`)}`,
  args: {},
});

const isReason = (came: Tried | Message): came is Message => "key" in came;

const BEGINNING: Beginning = {
  trainedOn: 3,
  judged: 4,
  test: 2,
  fingerprint: "4 photos",
  original: quality(1),
  pruned: quality(1),
  milliseconds: 8,
};

export function doubleCore(): DoubleCore {
  const calls: [string, unknown][] = [];
  const failures = new Map<string, Error>();
  const holds = new Map<string, Promise<void>>();
  const listeners = new Set<(which: never, reason: CoreError) => void>();
  let trained = 0;
  let shown = 0;
  let trial: { of: number; done: number; gives: number; before?: number } = { of: 0, done: 0, gives: 0 };
  let prepared = 0;
  let beginning = BEGINNING;
  let scored = "";
  let batch = PLAN.batch;
  /** Whether what is recovered learns step by step. */
  let learns = true;
  let lost = 0;
  let dedicated = 0;
  let current: Recipe = { target: { macs: 1 } };
  let searched: Recipe = {};
  let wanted: ShrinkGoal = { maxDrop: 0 };

  async function answer<Value>(name: string, argument: unknown, value: () => Value): Promise<Value> {
    calls.push([name, argument]);
    await holds.get(name);
    const failure = failures.get(name);
    if (failure) throw failure;
    return value();
  }

  /** The share that all is cut to. */
  function share(): number {
    return "target" in wanted ? (wanted.target.macs ?? 1) : 0.8;
  }

  const isReached = () => "target" in wanted || wanted.maxDrop > 0;

  function begins(pruned: Metrics): void {
    prepared = 0;
    beginning = { ...BEGINNING, pruned };
  }

  const engine = (side: string) => ({
    load: (which: string) => answer(`${side}.load`, which, () => undefined),
    run: (which: string) => answer(`${side}.run`, which, () => ({ output: new Float32Array(10), milliseconds: 1 })),
    measure: (which: string) => answer(`${side}.measure`, which, () => TIMING),
  });

  const runs = new Runs();
  const pieces: Pieces = {
    prepare: () => answer("prepare", null, () => ({ measuring: { done: (prepared += 1), of: 2 } })),
    begin: () => answer("begin", null, () => beginning),
    advance: () =>
      answer("advance", null, () => {
        trained += 1;
        const learned = {
          step: trained,
          loss: 1 / trained,
          hits: undefined,
          samples: batch,
          rate: 0.01,
          gradientNorm: 1,
        };
        return { done: trained, of: 3, learned, due: learns && trained < 3 };
      }),
    judge: () => answer("judge", null, () => ((trial = { of: 4, done: 0, gives: trained < 3 ? 0.5 : 0.75 }), 4)),
    // Each judgment finds a better model.
    checkpoint: (step) =>
      answer("checkpoint", step, () =>
        trained <= step
          ? undefined
          : {
              totals: after(current),
              left: left(after(current)),
              bytes: new Uint8Array([trained]),
              layers: [],
              kept: trained,
              quality: quality(trial.gives),
            },
      ),
    conclude: () => answer("conclude", null, () => undefined),
    finish: () =>
      answer("finish", null, () => ({
        totals: after(current),
        left: left(after(current)),
        milliseconds: 4,
        bytes: new Uint8Array([4, 2]),
        layers: [],
        ...(trial.done === 4 ? { kept: trained, quality: quality(trial.gives) } : {}),
      })),
    advanceScores: () => answer("advanceScores", null, () => ({ done: (shown += 1), of: 2 })),
    finishScores: () =>
      answer("finishScores", null, () => ({
        on: { criterion: scored, pictures: 1, against: "first-choice" as const },
        layers: [],
      })),
    // One round on this side of the line, and one beyond it.
    round: () =>
      answer("round", null, () => {
        trained += 1;
        const share = trained === 1 ? 0.8 : 0.6;
        const totals = after({ target: { macs: share } });
        const accepted = trained === 1;
        const recovered = quality(accepted ? 0.9 : 0.4);
        const judged = { share, totals, cut: quality(0.2), recovered, milliseconds: 5, accepted };
        const state = `after ${trained}`;
        return {
          stage: { judged },
          isOver: !accepted,
          least: 0.8,
          bytes: new Uint8Array([accepted ? 8 : 9]),
          made: { recipe: { ...searched, target: { macs: share } }, left: left(totals) },
          state,
        };
      }),
    tryStrategy: (strategy) =>
      answer("tryStrategy", strategy, () => {
        const came = STRATEGIES[strategy];
        if (!came) return sentence("no branches are left");
        const totals = after({ target: { macs: share() } });
        const granularity = strategy === "channels" ? "channel" : "branch";
        return {
          strategy,
          share: share(),
          recipes: [{ criterion: "fisher", granularity, target: { macs: share() } }],
          totals,
          left: left(totals),
          cut: quality(came[0]),
          recovered: quality(came[1]),
          reconstructed: true,
        };
      }),
    // The second of those that are possible is the best.
    finishShrink: (isTrained) =>
      answer("finishShrink", isTrained, () => {
        const totals = after({ target: { macs: share() } });
        const cut: Recipe = { criterion: "divergence", granularity: "branch", target: { macs: share() } };
        const steps = isReached() ? [{ cut }, { recover: planned("reconstruct", {}) }] : [];
        return {
          totals,
          left: left(totals),
          milliseconds: 5,
          bytes: new Uint8Array([7, isTrained ? 1 : 0]),
          steps: isTrained ? [...steps, { recover: planned("distill", {}) }] : steps,
          ...(isReached() ? { taken: 1 } : {}),
          original: quality(1),
          cut: quality(0.55),
          quality: quality(isTrained ? 0.9 : 0.7),
        };
      }),
    beginTest: () => answer("beginTest", null, () => ((trial = { of: 2, done: 0, gives: 0.85, before: 0.25 }), 2)),
    advanceTrial: () => answer("advanceTrial", null, () => ({ done: (trial.done += 1), of: trial.of })),
    finishTrial: () =>
      answer("finishTrial", trial.done, () => ({
        original: quality(1),
        quality: { ...quality(trial.gives), pictures: trial.done },
        ...(trial.before === undefined ? {} : { before: { ...quality(trial.before), pictures: trial.done } }),
      })),
  };

  async function* preparing(phase: Phase): AsyncGenerator<TaskEvent, void> {
    for (;;) {
      const at = await pieces.prepare();
      if ("scoring" in at) yield progress("scoring", at.scoring);
      else {
        yield progress(phase, at.measuring);
        if (at.measuring.done >= at.measuring.of) return;
      }
    }
  }

  /** Measures photo by photo, until it is stopped. */
  async function* measuring(phase: Phase, of: number): AsyncGenerator<TaskEvent, void> {
    for (let done = 0; done < of && !(runs.stopping && done > 0);) {
      const at = await pieces.advanceTrial();
      yield progress(phase, at);
      ({ done } = at);
    }
  }

  async function* testing(): Run {
    const photos = await pieces.beginTest();
    if (photos === 0) return {};
    yield* measuring("testing", photos);
    return { tested: await pieces.finishTrial() };
  }

  async function* recovery(): Run {
    yield* preparing("baseline");
    yield { began: await pieces.begin() };
    let [done, told] = [0, 0];
    try {
      while (!runs.stopping) {
        const at = await pieces.advance();
        done = at.done;
        yield piece(at);
        if (done >= at.of) break;
        if (!at.due) continue;
        const photos = await pieces.judge();
        for (let shown = 0; shown < photos && !runs.stopping;) {
          const showing = await pieces.advanceTrial();
          yield progress("judging", showing);
          shown = showing.done;
        }
        if (runs.stopping) break;
        yield { judged: { done, quality: (await pieces.finishTrial()).quality, ...ifKnown(at.accuracy) } };
        const best = await pieces.checkpoint(told);
        if (!best) continue;
        told = best.kept!;
        yield { checkpoint: { ...best, done } };
      }
      if (done > 0) await pieces.conclude();
    } catch (error) {
      const { code, said } = error as { code: string; said: Message };
      if (code !== "diverged") throw error;
      yield { diverged: said };
    }
    yield { trained: done };
    runs.stopping = false;
    yield* measuring("judging", await pieces.judge());
    const { quality } = await pieces.finishTrial();
    const recovered = await pieces.finish();
    const endsHere = runs.stopping;
    yield { recovered: { quality, ...recovered, done } };
    return endsHere ? {} : yield* testing();
  }

  async function* searching(): Run {
    yield* preparing("reference");
    yield { began: await pieces.begin() };
    let rounds = 0;
    for (let isOver = false; !isOver && !runs.stopping;) {
      const { stage, least, bytes, made, state, ...round } = await pieces.round();
      isOver = round.isOver;
      if ("scoring" in stage) yield progress("scoring", stage.scoring);
      else if ("judging" in stage) yield progress("judging", stage.judging);
      else if ("recovering" in stage) yield piece(stage.recovering);
      else if ("judged" in stage) {
        rounds += 1;
        yield { candidate: { candidate: stage.judged, bytes, least, ...made! } };
      } else yield stage;
      if (state !== undefined) yield { state: { state, isOver } };
    }
    if (rounds === 0) return {};
    yield { trained: rounds };
    runs.stopping = false;
    return yield* testing();
  }

  async function* shrinking(): Run {
    yield* preparing("reference");
    yield { began: await pieces.begin() };
    const strategies = Object.keys(STRATEGIES) as Strategy[];
    let tried = 0;
    for (const [index, strategy] of strategies.entries()) {
      if (runs.stopping && tried > 0) break;
      const name = strategyName(strategy);
      const attempted = { strategy, share: share(), number: index + 1, of: strategies.length };
      yield { trying: { name, attempted } };
      yield progress("scoring", { done: 1, of: 2 });
      const came = await pieces.tryStrategy(strategy);
      if (isReason(came)) yield { impossible: { name, reason: came } };
      else yield { tried: { name, tried: came } };
      if (!isReason(came)) tried += 1;
    }
    const trains = isReached() && !runs.stopping;
    if (trains) {
      yield { training: { bytes: new Uint8Array([7]) } };
      yield { cut: quality(0.7) };
      for (let isOver = false; !isOver && !runs.stopping;) {
        const at = await pieces.advance();
        yield piece(at);
        isOver = at.done >= at.of;
      }
      yield { trained };
      yield* measuring("judging", await pieces.judge());
    }
    runs.stopping = false;
    yield { shrunk: await pieces.finishShrink(trains) };
    return yield* testing();
  }

  async function* scoring(): Run {
    for (let share = 0; share < 1;) {
      const at = await pieces.advanceScores();
      yield progress("scoring", at);
      share = at.done / at.of;
    }
    return { scores: await pieces.finishScores() };
  }

  const learner: Core["learner"] = {
    plan: (method, _, chosen = {}) => answer("plan", [method, chosen], () => planned(method, chosen)),
    shrinkPlan: (_, __, hasLabels, chosen) =>
      answer("shrinkPlan", [hasLabels, chosen], () => planned("distill", chosen)),
    gather: (_, folders) => answer("gather", folders, () => ((trained = 0), undefined)),
    add: (_, folder) => answer("add", folder, () => undefined),
    addStack: (stack, toTest) => answer("addStack", [stack.labels.length, toTest], () => undefined),
    // Pictures of one pixel, without a header.
    readIdx: (name, images, _, labels) =>
      answer("readIdx", name, () => ({
        levels: Uint8Array.from(images.slice(4)),
        width: 1,
        height: 1,
        channels: 1,
        labels: Uint8Array.from(labels?.slice(4) ?? []),
      })),
    // The folder around each photo, and no part to test on.
    datasetLayout: (paths, rooted) =>
      answer("datasetLayout", rooted, () =>
        paths.map((path) => ({ folder: path.split("/").at(-2) ?? null, toTest: false })),
      ),
    recover: (_, __, plan) =>
      answer("recover", plan, () => {
        batch = plan.batch;
        learns = plan.method === "distill" || plan.method === "finetune";
        begins(quality(0.25));
        runs.start(recovery());
      }),
    search: (_, recipe) =>
      answer("search", recipe, () => {
        begins(quality(1));
        searched = recipe;
        runs.start(searching());
      }),
    resumeSearch: (_, state, best) =>
      answer("resumeSearch", [state, [...best]], () => {
        begins(quality(1));
        trained = 1;
        runs.start(searching());
      }),
    shrink: (_, goal) =>
      answer("shrink", goal, () => {
        begins(quality(1));
        wanted = goal;
        runs.start(shrinking());
      }),
    measureCriterion: (_, criterion) =>
      answer("measureCriterion", criterion, () => {
        shown = 0;
        scored = criterion;
        runs.start(scoring());
      }),
    step: () => runs.step(),
    stop: () => {
      runs.stopping = true;
      return Promise.resolve();
    },
    lostHelpers: () =>
      answer("lostHelpers", null, () => {
        const told = lost;
        lost = 0;
        return told;
      }),
    // Only learners in workers of their own measure these.
    ...unanswered("sensitivity", "findOut", "beginProbes", "probe", "withProbe", "guide", "sweep"),
  };

  return {
    calls,
    fail: (name, error) => void (error ? failures.set(name, error) : failures.delete(name)),
    hold(name) {
      let release!: () => void;
      holds.set(name, new Promise((resolve) => (release = resolve)));
      return () => {
        holds.delete(name);
        release();
      };
    },
    loseHelper: () => void (lost += 1),
    restart: (which, reason) =>
      listeners.forEach((listener) => listener(which as never, new CoreError("crashed", sentence(reason)))),
    cutter: {
      criteria: () => answer("criteria", null, () => CRITERIA),
      embedData: (model, names, files) =>
        answer("embedData", names, () => new Uint8Array([...model, ...files.flatMap((data) => [...data])])),
      open: (_, name) => answer("open", name, () => summary(name)),
      parseRecipe: (text) => answer("parseRecipe", text, () => JSON.parse(text) as Recipe),
      parsePreset: (text) => answer("parsePreset", text, () => JSON.parse(text) as Preset),
      preview: (recipe) =>
        answer("preview", recipe, () => {
          current = recipe;
          return preview(recipe);
        }),
      heatmap: () => Promise.reject(coreError("double", "the double draws no heatmap")),
      scores: () => Promise.reject(coreError("double", "the double has no scores")),
      histogram: () => Promise.reject(coreError("double", "the double has no histogram")),
      // Told to fail at “check”, it packs but can't run what it packed.
      pack: (photo) => answer("pack", photo, () => packed(current, failures.get("check"))),
      externalRun: () =>
        answer("externalRun", null, () => ({
          masked: new Uint8Array([1]),
          inputs: [{ name: "image", dtype: "float32", shape: [1], values: new Float32Array(1) }],
        })),
      checkExternally: (masked, packed) =>
        answer("checkExternally", [masked.length, packed.length], () => ({
          check: { ...CHECK, checkedOn: sentence("your photo in another engine") },
          warnings: [],
          report: '{"check": {}}',
        })),
      takeScores: (scores) => answer("takeScores", scores.on, () => undefined),
      retainedOf: (_, after) => answer("retainedOf", after, () => left(after)),
      withScores: (qualities) => answer("withScores", qualities.length, () => qualities.map(withScore)),
      withLosses: (curves) =>
        answer("withLosses", curves.curves.length, () => ({
          ...curves,
          original: withScore(curves.original),
          curves: curves.curves.map((curve) => ({
            ...curve,
            points: curve.points.map((point) => ({
              ...point,
              quality: withScore(point.quality),
              lost: 1 - (point.quality.agreement ?? 0),
            })),
          })),
        })),
    },
    runner: {
      ...engine("runner"),
      prepare: () => answer("prepare", null, () => new Float32Array(48)),
      compare: () => answer("compare", null, () => COMPARISON),
      summarize: (comparisons) =>
        answer("summarize", comparisons.length, () => ({
          photos: comparisons.length,
          agreement: 1,
          meanKl: 0.05,
          speedup: 1.4,
        })),
      difference: () => answer("difference", null, () => ({ maxAbsolute: 2e-6, maxRelative: 1e-6 })),
    },
    peer: {
      ...engine("peer"),
      answer: (bytes) => answer("peer.answer", bytes.length, () => [{ shape: [2], values: new Float32Array(2) }]),
    },
    learner,
    pieces,
    startLearner: () => {
      const name = `dedicated ${(dedicated += 1)}`;
      let levels: readonly number[] = [];
      let recipe: Recipe = {};
      let prepared = 0;
      let probing: Probing | null = null;
      let hasFound = false;
      const runs = new Runs();
      /** The probe that is under way, or the share that a cut keeps, and the photos that it has seen. */
      let [begun, seen] = [0, 0];
      let ended = false;
      async function given<Value>(what: string, argument: unknown, value: () => Value): Promise<Value> {
        const answered = await answer(what, argument, value);
        if (ended) throw coreError("canceled", "Canceled.");
        return answered;
      }

      const pieces: DoubleDedicatedLearner["pieces"] = {
        prepare: () => given("dedicated.prepare", name, () => (prepared += 1)),
        advanceProbe: () => given("advanceProbe", name, () => (seen += 1)),
        beginCut: (kept) => given("beginCut", kept, () => ((begun = kept), (seen = 0), kept >= 0.2)),
      };

      // The criterion is measured, then the original.
      async function* preparing(): AsyncGenerator<TaskEvent, void> {
        await pieces.prepare();
        yield progress("scoring", { done: 3, of: 3 });
        for (let done = 0; done < 2;) {
          done = (await pieces.prepare()) - 1;
          yield progress("reference", { done, of: 2 });
        }
      }

      async function* findingOut(): Run {
        yield* preparing();
        const found = await given("found", name, () => ({ said: new Float32Array(4), classes: 1 }));
        hasFound = true;
        return { found };
      }

      async function* measuring(): AsyncGenerator<TaskEvent, void> {
        for (let done = 0; done < 2;) {
          done = await pieces.advanceProbe();
          yield progress("judging", { done, of: 2 });
        }
      }

      async function* probe(): Run {
        yield* measuring();
        return {
          probe: await given("finishProbe", [name, begun], () => {
            const [curve, share] = [Math.floor(begun / levels.length), levels[begun % levels.length]!];
            const agreement = 1 - share / (1 + curve);
            return { curve, probed: { share, quality: quality(agreement), lost: 1 - agreement } };
          }),
        };
      }

      async function* sweeping(shares: readonly number[]): Run {
        yield* preparing();
        yield { began: await given("dedicated.begin", name, () => BEGINNING) };
        for (const kept of shares) {
          const isWithin = await pieces.beginCut(kept);
          if (!isWithin) break;
          yield* measuring();
          const point = await given("finishCut", begun, () => {
            const target = { macs: begun };
            const totals = after({ target });
            return {
              recipe: { ...recipe, target },
              totals,
              left: left(totals),
              quality: quality(begun),
              milliseconds: 10 * begun,
            };
          });
          yield { point };
        }
        return {};
      }

      return {
        ...learner,
        pieces,
        gather: (_, folders) => given("dedicated.gather", folders, () => undefined),
        add: (_, folder) => given("dedicated.add", folder, () => undefined),
        addStack: (stack, toTest) => given("dedicated.addStack", [stack.labels.length, toTest], () => undefined),
        // Whatever was measured before is of the same model by the same recipe on the same photos.
        sensitivity: (_, asked, at, seed, before) =>
          given("sensitivity", name, () => {
            calls.push(["seed", seed]);
            [recipe, levels] = [asked, [...at]];
            const curves = before?.curves ?? ["stem", "head"].map((layer) => ({ layers: [layer], points: [] }));
            const left = Array.from({ length: 2 * at.length }, (_, probe) => probe).filter((probe) => {
              const { points } = curves[Math.floor(probe / at.length)]!;
              return points.every(({ share }) => share !== at[probe % at.length]);
            });
            const known = { recipe, original: quality(1), calibratedOn: 0, curves };
            probing = { probes: 2 * at.length, levels: [...at], left, curves: known };
          }),
        findOut: () => Promise.resolve(runs.start(findingOut())),
        beginProbes: async () => {
          if (!hasFound) await given("takeFound", name, () => undefined);
          return given("beginLayers", name, () => probing!);
        },
        probe: (index) =>
          given("beginProbe", [name, index], () => {
            [begun, seen] = [index, 0];
            runs.start(probe());
          }),
        step: () => runs.step(),
        withProbe: (curves, { curve: at, probed: point }) =>
          given("withProbe", at, () => {
            const added = curves.curves.map((curve, index) =>
              index === at
                ? { ...curve, points: [...curve.points, point].sort((one, other) => one.share - other.share) }
                : curve,
            );
            return { ...curves, curves: added };
          }),
        guide: (_, curves, asked) =>
          given("guide", curves.curves.length, () => ({ ...asked, allocation: "manual", layers: { stem: 0.5 } })),
        sweep: (_, asked, shares) =>
          given("sweep", asked, () => {
            recipe = asked;
            runs.start(sweeping([...shares]));
          }),
        end: () => {
          ended = true;
          calls.push(["end", name]);
        },
      };
    },
    cancel: (which) => calls.push(["cancel", which]),
    onRestart(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
