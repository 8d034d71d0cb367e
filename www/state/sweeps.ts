/** Curves of cuts that were not recovered, one for each criterion that was asked for. Numbers only; newest last. */
import type { Recipe, Swept, Totals } from "../core/protocol";
import type { Measured, Origin } from "./origin";

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
  readonly points: readonly Swept[];
}

/** So many are kept; the oldest go first. */
const MOST = 12;

/** A curve with another point takes its own place; a new one takes that of the same criterion's on the same photos. */
export function withSweep(curves: readonly SweepCurve[], curve: SweepCurve): readonly SweepCurve[] {
  const others = curves.filter((other) => other.id !== curve.id && !isOfSame(other, curve));
  return [...others, curve].slice(-MOST);
}

function isOfSame(one: SweepCurve, other: SweepCurve): boolean {
  const named = ({ model, recipe, original }: SweepCurve) =>
    JSON.stringify([model, recipe.criterion, recipe.granularity, recipe.allocation, original]);
  return named(one) === named(other);
}
