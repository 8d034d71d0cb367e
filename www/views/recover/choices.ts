/** What the recovery panel offers, in words. */
import type { Chosen, Method, Plan } from "../../core/protocol";
import type { Attempt } from "../../state/attempts";
import { text } from "../../text";

interface Words {
  readonly name: string;
  readonly about: string;
}

const METHODS: Record<Method, () => Words> = {
  reconstruct: () => ({ name: text("page-recover-reconstruct"), about: text("page-recover-reconstruct-about") }),
  "correct-bias": () => ({ name: text("page-recover-correct-bias"), about: text("page-recover-correct-bias-about") }),
  distill: () => ({ name: text("page-recover-distill"), about: text("page-recover-distill-about") }),
  finetune: () => ({ name: text("page-recover-finetune"), about: text("page-recover-finetune-about") }),
  recalibrate: () => ({ name: text("page-recover-recalibrate"), about: text("page-recover-recalibrate-about") }),
};

/** All methods, in the order in which they are offered. */
export const methods = Object.keys(METHODS) as readonly Method[];

export const wordsOf = (method: Method) => METHODS[method]();

/** What the visitor wants of training; `null` and what is not in it: the default. */
export interface Wanted {
  readonly length: number;
  readonly unit: Unit;
  readonly batch: number | null;
  readonly optimiser: Plan["optimiser"]["rule"];
  readonly rate: number | null;
  readonly schedule: Plan["schedule"];
  readonly weightDecay: number | null;
  readonly momentum: number | null;
  readonly clip: number | null;
  readonly temperature: number | null;
  /** Label smoothing, and the weight of the label loss beside the original's answers, in per cent. */
  readonly smoothing: number;
  readonly labelShare: number;
  /** Whether distillation matches the last features of each resolution in its first steps. */
  readonly matches: boolean;
}

export type Unit = "steps" | "epochs" | "minutes";

/** What training is measured in, and how much of it to begin with. */
export const UNITS: Record<Unit, { readonly usual: number; readonly words: () => Words }> = {
  steps: {
    usual: 200,
    words: () => ({ name: text("page-recover-steps"), about: text("page-recover-steps-about") }),
  },
  epochs: {
    usual: 3,
    words: () => ({ name: text("page-recover-epochs"), about: text("page-recover-epochs-about") }),
  },
  minutes: {
    usual: 2,
    words: () => ({ name: text("page-recover-minutes"), about: text("page-recover-minutes-about") }),
  },
};

export const WANTED: Wanted = {
  length: UNITS.steps.usual,
  unit: "steps",
  batch: null,
  optimiser: "sgd",
  rate: null,
  schedule: "cosine",
  weightDecay: null,
  momentum: null,
  clip: null,
  temperature: null,
  smoothing: 0,
  labelShare: 30,
  matches: true,
};

export const optimizers = (): Record<Wanted["optimiser"], string> => ({
  sgd: text("page-recover-optimizer-sgd"),
  adamw: text("page-recover-optimizer-adamw"),
});

export const rateSchedules = (): Record<Plan["schedule"], string> => ({
  cosine: text("page-recover-rate-cosine"),
  "one-cycle": text("page-recover-rate-one-cycle"),
  constant: text("page-recover-rate-constant"),
});

/** What the rest of a plan depends on, and numbers that the core has to check as they were typed. */
export function chosen({ batch, optimiser, length, unit }: Wanted): Chosen {
  return {
    length: { [unit]: length } as Chosen["length"],
    ...(batch === null ? {} : { batch }),
    // SGD is what the core takes where nothing is chosen, with the momentum that it knows.
    ...(optimiser === "sgd" ? {} : { optimiser: { rule: optimiser } }),
  };
}

/** The plan with the core's defaults, as the visitor wants it. */
export function planned(plan: Plan, wanted: Wanted, labeled: boolean): Plan {
  return {
    ...plan,
    rate: wanted.rate ?? plan.rate,
    schedule: wanted.schedule,
    weightDecay: wanted.weightDecay ?? plan.weightDecay,
    optimiser: moving(plan.optimiser, wanted.momentum),
    ...(wanted.clip === null ? {} : { clip: wanted.clip }),
    ...(wanted.temperature === null ? {} : { temperature: wanted.temperature }),
    smoothing: wanted.smoothing / 100,
    labelShare: plan.method === "distill" && labeled ? wanted.labelShare / 100 : plan.labelShare,
    ...(wanted.matches ? {} : { inner: [] }),
  };
}

function moving(optimiser: Plan["optimiser"], momentum: number | null): Plan["optimiser"] {
  return optimiser.rule === "sgd" && momentum !== null ? { ...optimiser, momentum } : optimiser;
}

/** The names of the methods that a model was recovered with, the first one first. */
export const methodsOf = ({ earlier, plan }: Pick<Attempt, "earlier" | "plan">) =>
  [...earlier, plan].map(({ method }) => wordsOf(method).name);

/** “Reconstruct, then Distill”. */
export const inTurn = (names: readonly string[]) =>
  names.reduce((first, next) => text("page-recover-result-then", { first, next }));

export const learns = (method: Method) => method === "distill" || method === "finetune";

/** How much each round of pruning and recovering removes. */
export const pruningSchedules = () => ({
  search: text("page-recover-schedule-adaptive"),
  oneShot: text("page-recover-schedule-one-shot"),
  linear: text("page-recover-schedule-linear"),
  cubic: text("page-recover-schedule-cubic"),
});

/** What the search makes smaller. */
export const targets = () => ({
  macs: text("page-recover-reduce-macs"),
  parameters: text("page-recover-reduce-parameters"),
  bytes: text("page-recover-reduce-bytes"),
  sparsity: text("page-recover-reduce-sparsity"),
  time: text("page-recover-reduce-time"),
});
