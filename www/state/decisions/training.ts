/** How the visitor wants models to be recovered and searched for: part of the decisions. */
import type { Method, OptimizerName, Plan, PruningSchedule, TrainingOverrides } from "../../core/protocol";

/** What the visitor wants of training; `null` and what is not in it: the default. */
export interface Wanted {
  readonly length: number;
  readonly unit: Unit;
  readonly batch: number | null;
  readonly optimiser: OptimizerName;
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

/** What the visitor chose of the settings that the core has defaults for. */
export function overrides(
  { method, wanted, augmentation, seed }: RecoverySettings,
  labeled: boolean,
): TrainingOverrides {
  return {
    ...(learns(method) ? ofTraining(wanted, method === "distill" && labeled) : {}),
    ...augmentation,
    seed: seed || 0,
  };
}

function ofTraining(wanted: Wanted, weighsLabels: boolean): TrainingOverrides {
  const { length, unit, optimiser, schedule, smoothing, labelShare, matches } = wanted;
  return {
    length: { [unit]: length } as TrainingOverrides["length"],
    optimizer: optimiser,
    schedule,
    smoothing: smoothing / 100,
    ...chosen(wanted),
    ...(weighsLabels ? { labelShare: labelShare / 100 } : {}),
    ...(matches ? {} : { inner: [] }),
  };
}

/** Fields that are empty are not chosen. AdamW has no momentum. */
function chosen({ optimiser, batch, rate, weightDecay, momentum, clip, temperature }: Wanted): TrainingOverrides {
  const fields = { batch, rate, weightDecay, momentum: optimiser === "sgd" ? momentum : null, clip, temperature };
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null));
}
