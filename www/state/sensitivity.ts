/** What each layer of a model can bear, as it was measured last. */
import type { Curves, Quality } from "../core/protocol";
import { scoreOf } from "./attempts";

export interface Sensitivity {
  /** The model, as `sourceId` names it. */
  readonly model: string;
  /** Shares that were to be removed of each layer. */
  readonly levels: readonly number[];
  /** Photos of the comparison among those that it was measured on, by their ids. */
  readonly compared: readonly string[];
  readonly curves: Curves;
}

/** So many models' are kept; the oldest go first. */
const MOST = 6;

export function withSensitivity(all: readonly Sensitivity[], one: Sensitivity): readonly Sensitivity[] {
  return [...all.filter(({ model }) => model !== one.model), one].slice(-MOST);
}

/** Whether every layer was measured at every level: only then can a cut be shared out by them. */
export function isWhole({ curves, levels }: Sensitivity): boolean {
  return curves.curves.every(({ points }) => points.length === levels.length);
}

/** How much of the original's score is lost, 0..1; a gain counts as no loss. */
export function lossOf(original: Quality, quality: Quality): number {
  const whole = scoreOf(original);
  return whole > 0 ? Math.max(0, (whole - scoreOf(quality)) / whole) : 0;
}
