/** What the recovery panel offers, in words. */
import type { Chosen, Method, Plan } from "../../core/protocol";
import type { Attempt } from "../../state/attempts";

export const METHODS: Record<Method, { readonly name: string; readonly about: string }> = {
  reconstruct: {
    name: "Reconstruct",
    about:
      "Fits the weights that are left so that each layer gives what it gave in the original. No labels, a few dozen photos, seconds.",
  },
  "correct-bias": {
    name: "Correct biases",
    about: "Moves biases alone, so that each layer gives what it gave in the original in the mean. No labels, seconds.",
  },
  distill: {
    name: "Distil",
    about:
      "The original teaches the pruned model, step by step, on any photos. No labels needed; where there are some, they can count too.",
  },
  finetune: {
    name: "Fine-tune",
    about: "The labels teach: choose labelled data, such as a folder with one sub-folder a class.",
  },
  recalibrate: {
    name: "Recalibrate",
    about: "Only measures the statistics of BatchNormalization anew. No labels, a moment.",
  },
};

/** What the visitor wants of learning; `null` and what is not in it: as it usually does well. */
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
  /** How much of a label is shared out among all classes, and how much labels count beside the original, in per cent. */
  readonly smoothing: number;
  readonly labelShare: number;
  /** Whether distillation matches the last inner values of each resolution in its first steps. */
  readonly matches: boolean;
}

export type Unit = "steps" | "epochs" | "minutes";

/** What learning is measured in, and how much of it to begin with. */
export const UNITS: Record<Unit, { readonly usual: number; readonly about: string }> = {
  steps: { usual: 200, about: "In each step the model learns from some photos at once, and its weights move once." },
  epochs: { usual: 3, about: "In an epoch each photo is learned from once." },
  minutes: {
    usual: 2,
    about:
      "Of learning alone, without what is measured in between. Another run goes other steps, so its numbers differ.",
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

export const OPTIMISERS: Record<Wanted["optimiser"], string> = { sgd: "SGD with momentum", adamw: "AdamW" };

export const SCHEDULES: Record<Plan["schedule"], string> = {
  cosine: "falls by a cosine",
  "one-cycle": "rises and falls (one cycle)",
  constant: "stays as it is",
};

/** What the rest of a plan depends on, and numbers that the core has to check as they were typed. */
export function chosen({ batch, optimiser, length, unit }: Wanted): Chosen {
  return {
    length: { [unit]: length } as Chosen["length"],
    ...(batch === null ? {} : { batch }),
    // SGD is what the core takes where nothing is chosen, with the momentum that it knows.
    ...(optimiser === "sgd" ? {} : { optimiser: { rule: optimiser } }),
  };
}

/** The plan that the core found to do well, as the visitor wants it. */
export function planned(plan: Plan, wanted: Wanted, labelled: boolean): Plan {
  return {
    ...plan,
    rate: wanted.rate ?? plan.rate,
    schedule: wanted.schedule,
    weightDecay: wanted.weightDecay ?? plan.weightDecay,
    optimiser: moving(plan.optimiser, wanted.momentum),
    ...(wanted.clip === null ? {} : { clip: wanted.clip }),
    ...(wanted.temperature === null ? {} : { temperature: wanted.temperature }),
    smoothing: wanted.smoothing / 100,
    labelShare: plan.method === "distill" && labelled ? wanted.labelShare / 100 : plan.labelShare,
    ...(wanted.matches ? {} : { inner: [] }),
  };
}

function moving(optimiser: Plan["optimiser"], momentum: number | null): Plan["optimiser"] {
  return optimiser.rule === "sgd" && momentum !== null ? { ...optimiser, momentum } : optimiser;
}

/** Whatever a model was recovered by, the first first. */
export const methodsOf = ({ earlier, plan }: Pick<Attempt, "earlier" | "plan">) =>
  [...earlier, plan].map(({ method }) => METHODS[method].name);

export const learns = (method: Method) => method === "distill" || method === "finetune";

/** How the rounds of cutting and recovering go. */
export const PACES = {
  search: "feel the way to the line",
  oneShot: "cut all at once",
  linear: "cut equal parts",
  cubic: "cut most at first",
} as const;

/** What rounds save. */
export const SAVED = {
  macs: "multiply-adds",
  parameters: "parameters",
  bytes: "bytes",
  sparsity: "weights",
  time: "measured time",
} as const;
