/** The first cut that the page suggests: one after which the model still gives most of its answers. */
import type { ModelSummary } from "../../core/protocol";
import { FIRST_RECIPE } from "./decisions";
import type { RecipeChange } from "./recipe";

/** Multiply-adds to keep. */
const GENTLE = { branches: 0.85, channels: 0.95 };
/** Share of the multiply-adds that branches must have in all, so that some of them can go. */
const ENOUGH = 0.3;

/**
 * Whole branches, chosen by the model's answers on the photos, cost the fewest answers (Wang and Wu, “Practical Network
 * Acceleration with Tiny Sets”, CVPR 2023). Without branches or photos: a few channels.
 */
export function suggestion({ branches = [], totals }: ModelSummary, hasPhotos: boolean): RecipeChange {
  const saved = branches.reduce((sum, { macs }) => sum + macs, 0);
  const rest = { allocation: undefined, layers: undefined };
  return hasPhotos && saved >= ENOUGH * totals.macs
    ? { ...rest, granularity: "branch", criterion: "divergence", target: { macs: GENTLE.branches } }
    : { ...FIRST_RECIPE, ...rest, target: { macs: GENTLE.channels } };
}
