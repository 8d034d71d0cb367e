/** How the visitor wants models to be recovered and searched for: part of the decisions. */
import type { Method, OptimizerName, Plan, PruningSchedule, TrainingOverrides } from "../../core/protocol";

/** What the visitor chose of training; the core's defaults stand for what is `null`. */
export interface TrainingChoices {
  readonly length: number | null;
  readonly unit: Unit;
  readonly batch: number | null;
  readonly optimiser: OptimizerName | null;
  readonly rate: number | null;
  readonly schedule: Plan["schedule"] | null;
  readonly weightDecay: number | null;
  readonly momentum: number | null;
  readonly clip: number | null;
  readonly temperature: number | null;
  /** Label smoothing, and the weight of the label loss beside the original's answers, in per cent. */
  readonly smoothing: number | null;
  readonly labelShare: number | null;
  /** Whether distillation matches the last features of each resolution in its first steps. */
  readonly matches: boolean | null;
}

/** What training is measured in. The core's default is a number of steps. */
export type Unit = "steps" | "epochs" | "minutes";

/** How much of it to begin with where the visitor chooses a unit. */
export const LENGTHS: Readonly<Record<Unit, number | null>> = { steps: null, epochs: 3, minutes: 2 };

const NOTHING_CHOSEN: TrainingChoices = {
  length: null,
  unit: "steps",
  batch: null,
  optimiser: null,
  rate: null,
  schedule: null,
  weightDecay: null,
  momentum: null,
  clip: null,
  temperature: null,
  smoothing: null,
  labelShare: null,
  matches: null,
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

/** What is to be reached where everything is chosen automatically: an accepted loss is the decisions' line. */
export interface ShrinkSettings {
  readonly goal: "share" | "drop";
  /** Multiply-adds to keep, in per cent. */
  readonly share: number;
}

export interface RecoverySettings {
  readonly method: Method;
  readonly wanted: TrainingChoices;
  /** `null`: the default. */
  readonly augmentation: Plan["augmentation"] | null;
  /** What random choices start from where photos are learned from and measured on. */
  readonly seed: number;
  readonly search: SearchSettings;
  readonly shrink: ShrinkSettings;
}

export const FIRST_RECOVERY: RecoverySettings = {
  method: "reconstruct",
  wanted: NOTHING_CHOSEN,
  augmentation: null,
  seed: 1,
  search: { schedule: "search", rounds: 5, reduced: null, time: 50 },
  shrink: { goal: "share", share: 75 },
};

/** Settings as an earlier version of the page kept them, with what it did not know. */
export function withAllSettings(kept: Partial<RecoverySettings> | undefined): RecoverySettings {
  return {
    ...FIRST_RECOVERY,
    ...kept,
    wanted: { ...NOTHING_CHOSEN, ...kept?.wanted },
    search: { ...FIRST_RECOVERY.search, ...kept?.search },
    shrink: { ...FIRST_RECOVERY.shrink, ...kept?.shrink },
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

function ofTraining(wanted: TrainingChoices, weighsLabels: boolean): TrainingOverrides {
  const { length, unit, optimiser, smoothing, labelShare, matches } = wanted;
  const percent = (value: number | null) => (value === null ? null : value / 100);
  return chosen({
    length: length === null ? null : ({ [unit]: length } as TrainingOverrides["length"]),
    batch: wanted.batch,
    optimizer: optimiser,
    rate: wanted.rate,
    schedule: wanted.schedule,
    weightDecay: wanted.weightDecay,
    // AdamW has none.
    momentum: optimiser === "adamw" ? null : wanted.momentum,
    clip: wanted.clip,
    temperature: wanted.temperature,
    smoothing: percent(smoothing),
    labelShare: weighsLabels ? percent(labelShare) : null,
    inner: matches === false ? [] : null,
  });
}

type OrNull<T> = { readonly [Key in keyof T]?: T[Key] | null };

/** The fields that are not empty. */
function chosen(fields: OrNull<TrainingOverrides>): TrainingOverrides {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null));
}
