/** How the visitor wants models to be recovered and searched for: part of the decisions. */
import type { Chosen, Method, Plan, PruningSchedule } from "../../core/protocol";

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

/** What training is measured in. */
export type Unit = "steps" | "epochs" | "minutes";

/** How much of it to begin with. */
export const LENGTHS: Readonly<Record<Unit, number>> = { steps: 200, epochs: 3, minutes: 2 };

export const WANTED: Wanted = {
  length: LENGTHS.steps,
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

/** How much each round of a search removes. */
export type ScheduleName = Extract<PruningSchedule, string> | "linear" | "cubic";

/** What a search makes smaller. */
export type Reduced = "macs" | "parameters" | "bytes" | "sparsity" | "time";

export interface SearchSettings {
  readonly schedule: ScheduleName;
  /** Of a schedule that goes by rounds. */
  readonly rounds: number;
  /** `null`: what the slider of the cut counts. */
  readonly reduced: Reduced | null;
  /** What is to be left of the original's time, in per cent. */
  readonly time: number;
}

export interface RecoverySettings {
  readonly method: Method;
  readonly wanted: Wanted;
  /** `null`: the default. */
  readonly augmentation: Plan["augmentation"] | null;
  /** What random choices start from where photos are learned from and measured on. */
  readonly seed: number;
  readonly search: SearchSettings;
}

export const FIRST_RECOVERY: RecoverySettings = {
  method: "reconstruct",
  wanted: WANTED,
  augmentation: null,
  seed: 1,
  search: { schedule: "search", rounds: 5, reduced: null, time: 50 },
};

/** Settings as an earlier version of the page kept them, with what it did not know. */
export function withAllSettings(kept: Partial<RecoverySettings> | undefined): RecoverySettings {
  return {
    ...FIRST_RECOVERY,
    ...kept,
    wanted: { ...WANTED, ...kept?.wanted },
    search: { ...FIRST_RECOVERY.search, ...kept?.search },
  };
}

export const learns = (method: Method) => method === "distill" || method === "finetune";

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
