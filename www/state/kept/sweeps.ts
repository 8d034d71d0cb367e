/** Curves of cuts that were not recovered, one for each criterion that was asked for. Numbers only; newest last. */
import type { Recipe, Retained, SweepPoint as MeasuredPoint, Totals } from "../../core/protocol";
import { comparabilityKey, type Measured, type Origin } from "./origin";
import { nameWithout } from "../decisions/recipe";

/** `left` is `null` where an earlier version of the page kept no more than what the cut costs. */
export type SweepPoint = Omit<MeasuredPoint, "left"> & { readonly left: Retained | null };

export interface SweepCurve extends Origin, Measured {
  readonly id: string;
  /** When it was begun, in milliseconds since 1970. */
  readonly at: number;
  /** The model that was cut, as `sourceId` names it. */
  readonly model: string;
  /** What made the cuts, whatever its target's number is. */
  readonly recipe: Recipe;
  /** Of the original: what it costs, and its time. */
  readonly before: Totals;
  readonly milliseconds: number | null;
  readonly points: readonly SweepPoint[];
}

/** So many are kept; the oldest go first. */
const MOST = 100;

/**
 * A curve with another point takes its own place; a new one takes that of the same recipe's on the same photos, once it has
 * as many points.
 */
export function withSweep(curves: readonly SweepCurve[], curve: SweepCurve): readonly SweepCurve[] {
  const same = curves.filter((other) => other.id === curve.id || isOfSame(other, curve));
  if (same.some(({ points }) => points.length > curve.points.length)) return curves;
  return [...curves.filter((other) => !same.includes(other)), curve].slice(-MOST);
}

function isOfSame(one: SweepCurve, other: SweepCurve): boolean {
  const named = (curve: SweepCurve) =>
    JSON.stringify([
      curve.model,
      nameWithout(curve.recipe, "target"),
      Object.keys(curve.recipe.target ?? {}),
      comparabilityKey(curve),
    ]);
  return named(one) === named(other);
}
