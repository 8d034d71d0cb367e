/** Curves of cuts that were not recovered, one for each criterion that was asked for. Numbers only; newest last. */
import type { Quality, Recipe, Swept, Totals } from "../core/protocol";

export interface SweepCurve {
  readonly id: string;
  /** When it was begun, in milliseconds since 1970. */
  readonly at: number;
  /** The model that was cut, as `sourceId` names it. */
  readonly model: string;
  /** What made the cuts, whatever its target's number is. */
  readonly recipe: Recipe;
  /** Of the original: what it costs, how good it is on the photos that the cuts are measured on, and its time. */
  readonly before: Totals;
  readonly original: Quality;
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
