/** The models that were made of one, as series of points: what the plot of accuracy against sparsity shows. */
import type { Recipe, Retained, Totals } from "../../core/protocol";
import type { Mark } from "../../charts/scatter/marks";
import type { ScatterSeries, Way } from "../../charts/scatter/scatter-layout";
import type { Axis } from "../../state/decisions/decisions";
import { text } from "../../text";
import { remarkOn, scoreOf, type Attempt } from "../../state/kept/attempts";
import type { SweepCurve } from "../../state/kept/sweeps";

/** One model's place on every axis. */
interface Placed {
  readonly totals: Totals;
  readonly left: Retained | null;
  readonly milliseconds: number | null;
}

/** Of the original. */
export const ALL_LEFT: Retained = { sparsity: 0, macs: 1 };

/** Where a model stands on an axis; `null` where that is not known. */
export function placeOn(axis: Axis, { totals, left, milliseconds }: Placed): number | null {
  if (axis === "milliseconds") return milliseconds;
  return axis === "sparsity" ? (left?.sparsity ?? null) : totals[axis];
}

/** Criterion, granularity and allocation in short. */
export function nameOf(recipe: Recipe): string {
  const { criterion = "l2", granularity = "channel", allocation = "global" } = recipe;
  return text("page-models-recipe", { criterion, granularity, allocation });
}

/** How a model was made, in words. */
export function wordsOfWay(way: Way): string {
  if (way === "one-shot") return text("page-models-way-one-shot");
  return way === "recovered" ? text("page-models-way-recovered") : text("page-models-way-iterative");
}

interface Dot {
  readonly series: string;
  readonly name: string;
  readonly way: Way;
  readonly mark: Mark;
  readonly recipe: Recipe;
  readonly id: string;
  readonly placed: Placed;
  readonly y: number;
  readonly beyond: boolean;
  readonly kept: boolean;
  /** What is special about it, where anything is. */
  readonly remark: string | null;
}

/** `say`: what the methods of recovery are called. */
export function seriesOf(
  attempts: readonly Attempt[],
  sweeps: readonly SweepCurve[],
  axis: Axis,
  say: (attempt: Attempt) => string,
): ScatterSeries[] {
  const dots = [...sweeps.flatMap(dotsOfSweep), ...attempts.flatMap((attempt) => dotsOfAttempt(attempt, say(attempt)))];
  const series = new Map<string, ScatterSeries>();
  for (const { series: id, name, way, mark, recipe, id: point, placed, y, beyond, kept, remark } of dots) {
    const x = placeOn(axis, placed);
    if (x === null) continue;
    const known = series.get(id)?.points ?? [];
    const points = [...known, { id: point, x, y, beyond, kept, name: `${name}, ${remark ?? wordsOfWay(way)}` }];
    series.set(id, { id, name, way, mark, color: nameOf(recipe), points });
  }
  return [...series.values()];
}

function dotsOfSweep({ id, recipe, points }: SweepCurve): Dot[] {
  return points.map(({ totals, left, quality, milliseconds }, index) => ({
    series: `sweep:${id}`,
    name: nameOf(recipe),
    way: "one-shot",
    mark: "cut",
    recipe,
    id: `${id}:${index}`,
    placed: { totals, left, milliseconds: milliseconds ?? null },
    y: scoreOf(quality),
    beyond: false,
    kept: true,
    remark: null,
  }));
}

function dotsOfAttempt(attempt: Attempt, method: string): Dot[] {
  const { id, recipe, plan, earlier, automatic, totals, left, times, quality, key, run, beyond } = attempt;
  const name = automatic ? text("page-models-automatic") : `${nameOf(recipe)}, ${method}`;
  const placed = { totals, left, milliseconds: times?.own ?? null };
  const mark: Mark = automatic || earlier.length > 0 ? "in-turn" : plan.method;
  const made = { mark, recipe, placed, beyond, kept: key !== null, remark: remarkOn(attempt) };
  const own: Dot = run
    ? { ...made, series: `run:${run}`, name, way: "iterative", id, y: scoreOf(quality) }
    : { ...made, series: `recovered:${name}`, name, way: "recovered", id, y: scoreOf(quality) };
  // What was recovered before is no cut alone, and several cuts are none that could be taken again.
  if (run || automatic || earlier.length > 0) return [own];
  const cut = nameOf(recipe);
  const alone: Dot = {
    ...made,
    series: `cut:${cut}`,
    name: cut,
    way: "one-shot",
    mark: "cut",
    id: `${id}:cut`,
    y: scoreOf(attempt.cut),
    beyond: false,
    kept: true,
    remark: null,
  };
  return [alone, own];
}
