/** What is worked on: the model that was open when the work began, whatever is opened meanwhile. */
import type { Plan, Preset, Recipe, Totals } from "../core/protocol";
import { sourceId } from "../state/decisions/decisions";
import type { Automatic } from "../state/kept/automatic";
import type { OpenedModel } from "../state/model.svelte";

/** Which model something is of. */
export interface OfModel {
  /** The model, as `sourceId` names it. */
  readonly model: string;
  /** What it is called. */
  readonly title: string;
}

export function ofModel({ source, title }: OpenedModel): OfModel {
  return { model: sourceId(source), title };
}

export interface Subject extends OfModel {
  readonly original: Uint8Array;
  /** Numbers for its dynamic axes. */
  readonly sizes: Record<string, number>;
  /** What it costs whole. */
  readonly before: Totals;
  readonly preset: Preset;
  /** How many classes it tells apart; `null` where that is not known. */
  readonly classes: number | null;
  readonly recipe: Recipe;
  /** Photos of the comparison that it was chosen by, or learned from, so far. */
  readonly compared: readonly string[];
}

/** What is brought back. */
export interface RecoveryInput extends Subject {
  readonly pruned: Uint8Array;
  /** How it has been recovered already. */
  readonly earlier: readonly Plan[];
  /** How it was made where everything was chosen automatically; else `null`. */
  readonly automatic: Automatic | null;
}

/** What is cut and measured only. */
export interface CutInput extends Subject {
  /** What the choice among many photos starts from, the same as recovery's. */
  readonly seed: number;
}

export function subjectOf(opened: OpenedModel, preset: Preset, recipe: Recipe, compared: readonly string[]): Subject {
  const { totals: before, classes } = opened.summary;
  return {
    ...ofModel(opened),
    original: opened.bytes,
    sizes: opened.source.sizes,
    before,
    preset,
    classes,
    recipe,
    compared,
  };
}
