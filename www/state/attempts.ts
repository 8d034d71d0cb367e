/** The models that were recovered in this browser, newest last. Their files are kept in the browser's storage. */
import type { Plan, Quality, Recipe, Totals } from "../core/protocol";

export interface Attempt {
  readonly id: string;
  /** Where the file is kept; `null` for one beyond the line, of which only the numbers are. */
  readonly key: string | null;
  /** The model that it was cut from, as `sourceId` names it. */
  readonly model: string;
  readonly recipe: Recipe;
  readonly plan: Plan;
  /** Of the original, and of the cut and recovered model. */
  readonly before: Totals;
  readonly totals: Totals;
  /** On photos that nothing was learned from: the original, the model right after the cut, and after recovery. */
  readonly original: Quality;
  readonly cut: Quality;
  readonly quality: Quality;
  /** Photos learned from, and photos measured on. */
  readonly lessons: number;
  readonly judged: number;
  /** The least score on this side of the line, where a search made it. */
  readonly least: number | null;
}

/** So many are kept; the oldest go first. */
const MOST = 40;

export function withAttempt(attempts: readonly Attempt[], attempt: Attempt): readonly Attempt[] {
  return [...attempts, attempt].slice(-MOST);
}

/** What a quality is judged by: accuracy where there are labels, else agreement with the original. */
export function scoreOf(quality: Quality): number {
  return quality.accuracy ?? quality.agreement ?? 0;
}
