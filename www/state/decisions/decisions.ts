/** Everything that the visitor has decided, as one immutable value. What the page shows follows from it. */
import type { Preset, Recipe } from "../../core/protocol";
import { FIRST_RECOVERY, type RecoverySettings } from "./training";

/** Numbers that the visitor gave for a model's dynamic axes, by axis name. */
export type AxisSizes = Readonly<Record<string, number>>;

/** Where a model comes from. The bytes of a `file` are kept in the browser's storage under `key`. */
export type ModelSource =
  | { readonly kind: "gallery"; readonly id: string; readonly sizes: AxisSizes }
  | { readonly kind: "file"; readonly name: string; readonly key: string; readonly sizes: AxisSizes };

/** Where a photo comes from. The bytes of a `file` are kept in the browser's storage under `key`. */
export type PhotoSource =
  | { readonly kind: "sample"; readonly id: string }
  | { readonly kind: "file"; readonly name: string; readonly key: string };

/** One of the attempts at recovery, and where the browser's storage keeps its bytes. */
export interface Recovered {
  readonly attempt: string;
  readonly key: string;
}

/** What models can be plotted against. */
export type Axis = "sparsity" | "macs" | "parameters" | "bytes" | "milliseconds";

export interface Decisions {
  readonly model: ModelSource | null;
  /** `null`: the preset that came with the model. */
  readonly preset: Preset | null;
  readonly recipe: Recipe;
  /** Photos of the comparison that the recipe was chosen by, by their ids. */
  readonly chosenOn: readonly string[];
  /** The recovered model that stands in for what the cut alone makes; `null`: none. */
  readonly recovered: Recovered | null;
  /** The loss of quality that is accepted, in percentage points. */
  readonly line: number;
  /** How models are recovered and searched for. */
  readonly recovery: RecoverySettings;
  /** What the models are plotted against. */
  readonly axis: Axis;
  /** Index of the layer under the magnifying glass. */
  readonly layer: number | null;
  readonly photos: readonly PhotoSource[];
  /** Whether the comparison also runs in ONNX Runtime Web. */
  readonly peer: boolean;
}

/** Whole channels, which makes any network smaller and faster; none of them yet, so that a model opens as it is. */
export const FIRST_RECIPE: Recipe = {
  criterion: "l2",
  granularity: "channel",
  allocation: "global",
  target: { macs: 1 },
};

export const FIRST_DECISIONS: Decisions = {
  model: null,
  preset: null,
  recipe: FIRST_RECIPE,
  chosenOn: [],
  recovered: null,
  line: 5,
  recovery: FIRST_RECOVERY,
  axis: "sparsity",
  layer: null,
  photos: [],
  peer: false,
};

/** The storage keys of all the bytes that these decisions need. */
export function storedKeys(decisions: Decisions): string[] {
  const keys = decisions.photos.flatMap((photo) => (photo.kind === "file" ? [photo.key] : []));
  if (decisions.recovered) keys.push(decisions.recovered.key);
  return decisions.model?.kind === "file" ? [decisions.model.key, ...keys] : keys;
}

/** One name for a source, so that two mentions of the same thing compare equal. */
export function sourceId(source: ModelSource | PhotoSource): string {
  const name = source.kind === "file" ? source.key : source.id;
  const sizes = "sizes" in source ? JSON.stringify(source.sizes) : "";
  return `${source.kind}:${name}:${sizes}`;
}
