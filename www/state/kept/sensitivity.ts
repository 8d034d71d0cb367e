/** What each layer of a model can bear, as it was measured last. */
import type { Curves, Recipe } from "../../core/protocol";
import { nameWithout } from "../decisions/recipe";

export interface Sensitivity {
  /** The model, as `sourceId` names it. */
  readonly model: string;
  /** Shares that were to be removed of each layer. */
  readonly levels: readonly number[];
  /** Photos of the comparison among those that it was measured on, by their ids. */
  readonly compared: readonly string[];
  readonly curves: Curves;
}

/** So many are kept; the oldest go first. */
const MOST = 100;

/**
 * It takes the place of what was measured of the same model by the same recipe on the same photos, once it has as many points.
 */
export function withSensitivity(all: readonly Sensitivity[], one: Sensitivity): readonly Sensitivity[] {
  const points = ({ curves }: Sensitivity) => curves.curves.flatMap((curve) => curve.points).length;
  const same = all.filter((other) => nameOf(other) === nameOf(one));
  if (same.some((other) => points(other) > points(one))) return all;
  return [...all.filter((other) => !same.includes(other)), one].slice(-MOST);
}

/** What was measured of a model: by this recipe's criterion, if it was, else last. */
export function sensitivityOf(all: readonly Sensitivity[], model: string, recipe: Recipe): Sensitivity | null {
  const ofModel = all.filter((each) => each.model === model);
  const cutBy = ({ criterion = "l2", granularity = "channel" }: Recipe) => `${criterion}, ${granularity}`;
  return ofModel.findLast(({ curves }) => cutBy(curves.recipe) === cutBy(recipe)) ?? ofModel.at(-1) ?? null;
}

/** How much is removed, and of which layers, is each cut's own. */
const nameOf = ({ model, curves: { recipe, original, pictures } }: Sensitivity) =>
  JSON.stringify([model, nameWithout(recipe, "target", "allocation", "layers"), pictures ?? original]);

/** Whether every layer was measured at every level: only then can a cut be shared out by them. */
export function isWhole({ curves, levels }: Sensitivity): boolean {
  return curves.curves.every(({ points }) => points.length === levels.length);
}
