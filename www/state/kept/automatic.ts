/** How a model was made where everything was chosen automatically. */
import type { ImpossibleStrategy, Plan, Recipe, ShrinkGoal, ShrinkStep, TriedStrategy } from "../../core/protocol";
import type { Attempt } from "./attempts";

/** A strategy that was tried, or why that was not possible. */
export type TriedEntry = TriedStrategy | ImpossibleStrategy;

export interface Automatic {
  readonly goal: ShrinkGoal;
  /** In the order in which it was tried. */
  readonly entries: readonly TriedEntry[];
  /** Which of those that were possible was taken, from 0 on. */
  readonly taken: number;
  /** What does the same by hand, one after the other. */
  readonly steps: readonly ShrinkStep[];
}

export const isTried = (entry: TriedEntry): entry is TriedStrategy => "tried" in entry;

/** What came of the strategies that were possible. */
export const triedOf = (entries: readonly TriedEntry[]): readonly TriedStrategy[] => entries.filter(isTried);

export function takenOf({ entries, taken }: Pick<Automatic, "entries" | "taken">): TriedStrategy | null {
  return triedOf(entries)[taken] ?? null;
}

/** The first of the cuts. */
export function firstRecipe(steps: readonly ShrinkStep[]): Recipe | null {
  return steps.flatMap((step) => ("cut" in step ? [step.cut] : []))[0] ?? null;
}

/** How the cuts were recovered, one after the other. */
export function plansOf(steps: readonly ShrinkStep[]): readonly Plan[] {
  return steps.flatMap((step) => ("recover" in step ? [step.recover] : []));
}

/** The same with one more step: it was brought back further by hand. */
export function continued(automatic: Automatic, recover: Plan): Automatic {
  return { ...automatic, steps: [...automatic.steps, { recover }] };
}

/** What was done and what came of it, as the command's report says it. */
export function reportOf(
  { goal, entries, taken, steps }: Automatic,
  { before, totals, original, quality, test }: Attempt,
): string {
  const report = {
    goal,
    steps,
    tried: triedOf(entries).map(({ tried }) => tried),
    taken,
    before,
    after: totals,
    original,
    judged: quality,
    ...(test && { tested: test }),
  };
  return `${JSON.stringify(report, null, 2)}\n`;
}
