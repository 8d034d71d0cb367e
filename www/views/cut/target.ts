/** The slider's scale: how much is removed, whatever the recipe's target counts. */
import type { Recipe } from "../../core/protocol";
import * as format from "../../format";
import { text } from "../../text";
import { isPattern } from "./choices";

type Target = NonNullable<Recipe["target"]>;

const KINDS = ["macs", "parameters", "bytes", "sparsity"] as const;
export type TargetKind = (typeof KINDS)[number];

/** What each target counts. All but sparsity are written in a recipe as the share that is kept. */
export function targets(): Record<TargetKind, string> {
  return {
    macs: text("page-cut-target-macs"),
    parameters: text("page-cut-target-parameters"),
    bytes: text("page-cut-target-bytes"),
    sparsity: text("page-cut-target-sparsity"),
  };
}

/** Something is always left. */
export const DEEPEST_CUT = 0.98;

export function kindOf(target: Target | undefined): TargetKind {
  return KINDS.find((kind) => typeof target?.[kind] === "number") ?? "macs";
}

/** Share that the target cuts away, 0..1. */
export function cutOf(target: Target | undefined): number {
  const kind = kindOf(target);
  const share = target?.[kind];
  if (share === undefined) return 0;
  return kind === "sparsity" ? share : round(1 - share);
}

/** Whether a recipe removes nothing, as the first one does. */
export function isUncut(recipe: Recipe): boolean {
  if (isPattern(recipe.granularity ?? "")) return false;
  if (recipe.allocation === "manual") return Object.values(recipe.layers ?? {}).every((share) => share === 0);
  return cutOf(recipe.target) === 0;
}

export function targetOf(kind: TargetKind, cut: number): Target {
  return { [kind]: kind === "sparsity" ? round(cut) : round(1 - cut) };
}

/** The decision in words, for the slider's label and for screen readers. */
export function sentence(kind: TargetKind, cut: number): string {
  const share = format.percent(kind === "sparsity" ? cut : 1 - cut);
  switch (kind) {
    case "macs":
      return text("page-cut-keep-macs", { share });
    case "parameters":
      return text("page-cut-keep-parameters", { share });
    case "bytes":
      return text("page-cut-keep-bytes", { share });
    case "sparsity":
      return text("page-cut-remove", { share });
  }
}

/** Half per cents without the dust of binary fractions. */
function round(share: number): number {
  return Number(share.toFixed(4));
}
