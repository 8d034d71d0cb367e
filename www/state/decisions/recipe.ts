/** Recipes as the page changes them: field by field, from one model to the next. */
import type { LayerCut, LayerInfo, Recipe } from "../../core/protocol";
import { FIRST_RECIPE } from "./decisions";

/** `undefined` takes a field out of the recipe. */
type Unsettable<Fields> = { [Name in keyof Fields]: Fields[Name] | undefined };
export type RecipeChange = Partial<Unsettable<Recipe>>;

/** The recipe with some fields changed. */
export function changed(recipe: Recipe, change: RecipeChange): Recipe {
  const fields = Object.entries({ ...recipe, ...change });
  return Object.fromEntries(fields.filter(([, value]) => value !== undefined)) as unknown as Recipe;
}

/** One name for all recipes that differ in these fields alone. */
export function nameWithout(recipe: Recipe, ...left: (keyof Recipe)[]): string {
  const fields = Object.entries(recipe).filter(([field]) => !left.includes(field as keyof Recipe));
  return JSON.stringify(fields.toSorted(([one], [other]) => (one < other ? -1 : 1)));
}

/** Whether two recipes ask for the same, in whatever order their fields are. */
export function areSame(one: Recipe, other: Recipe): boolean {
  return nameWithout(one) === nameWithout(other);
}

/** The layers that a recipe names are those of the model it was made for: for another, only these count. */
export function keepingLayers(recipe: Recipe, names: readonly string[]): Recipe {
  if (!recipe.layers && !recipe.protect) return recipe;
  const layers = Object.entries(recipe.layers ?? {}).filter(([name]) => names.includes(name));
  const protect = recipe.protect?.filter((name) => names.includes(name)) ?? [];
  const isLeft = recipe.allocation !== "manual" || layers.length > 0;
  return changed(recipe, {
    layers: layers.length > 0 ? Object.fromEntries(layers) : undefined,
    protect: protect.length > 0 ? protect : undefined,
    ...(isLeft ? {} : { allocation: undefined, target: FIRST_RECIPE.target }),
  });
}

/** The share that a cut removes from each layer that can be cut, by name. */
export function sharesOf(
  { granularity = "channel" }: Recipe,
  layers: readonly LayerInfo[],
  cuts: readonly LayerCut[],
): Record<string, number> {
  const byLayer = new Map(cuts.map((cut) => [cut.id, cut]));
  const byChannel = granularity === "channel";
  const shares = layers
    .filter((layer) => !(byChannel && layer.kept))
    .map((layer) => {
      const cut = byLayer.get(layer.id);
      const share = byChannel ? cut?.channelsGone : cut?.sparsity;
      return [layer.name, Number((share ?? 0).toFixed(3))];
    });
  return Object.fromEntries(shares) as Record<string, number>;
}
