/** The big slider's scale: how much is cut away, whatever the recipe's target counts. */
import type { Recipe } from "../../core/protocol";

type Target = NonNullable<Recipe["target"]>;

export type TargetKind = "macs" | "parameters" | "bytes" | "sparsity";

/** What each target counts. All but sparsity are written in a recipe as the share that is kept. */
export const TARGETS: Record<TargetKind, string> = {
  macs: "multiply-adds",
  parameters: "parameters",
  bytes: "file size",
  sparsity: "weights or channels by number",
};

/** Something is always left. */
export const DEEPEST_CUT = 0.98;

export function kindOf(target: Target | undefined): TargetKind {
  const kinds = Object.keys(TARGETS) as TargetKind[];
  return kinds.find((kind) => typeof target?.[kind] === "number") ?? "macs";
}

/** Share that the target cuts away, 0..1. */
export function cutOf(target: Target | undefined): number {
  const kind = kindOf(target);
  const share = target?.[kind];
  if (share === undefined) return 0;
  return kind === "sparsity" ? share : round(1 - share);
}

export function targetOf(kind: TargetKind, cut: number): Target {
  return { [kind]: kind === "sparsity" ? round(cut) : round(1 - cut) };
}

/** The decision in words, for the slider's label and for screen readers. */
export function sentence(kind: TargetKind, cut: number): string {
  const percent = (share: number) => `${Number((share * 100).toFixed(1))} %`;
  return kind === "sparsity" ? `remove ${percent(cut)}` : `keep ${percent(1 - cut)} of the ${TARGETS[kind]}`;
}

/** Half per cents without the dust of binary fractions. */
function round(share: number): number {
  return Number(share.toFixed(4));
}
