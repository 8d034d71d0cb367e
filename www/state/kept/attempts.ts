/** The models that were recovered in this browser, newest last. Their files are kept in the browser's storage. */
import type { Plan, Metrics, Recipe, Retained, ComparisonResult, Totals } from "../../core/protocol";
import { text } from "../../text";
import type { Automatic } from "./automatic";
import { UNKNOWN, type Measured, type Origin } from "./origin";

export interface Attempt extends Origin, Measured {
  readonly id: string;
  /** When it was made, in milliseconds since 1970. */
  readonly at: number;
  /** Where the file is kept; `null` where only the numbers are, as earlier versions of the page did where more was lost than was accepted. */
  readonly key: string | null;
  /** Whether it lost more than the search that made it accepts. */
  readonly beyond: boolean;
  /** The step after which the weights were so, of so many, where they were kept on the way of a recovery that goes on or broke off. */
  readonly unfinished: { readonly done: number; readonly of: number } | null;
  /** The model that it was cut from, as `sourceId` names it. */
  readonly model: string;
  /** Of several cuts, the first. */
  readonly recipe: Recipe;
  readonly plan: Plan;
  /** How it had been recovered before, where it was brought back further. */
  readonly earlier: readonly Plan[];
  /** How it was made where everything was chosen automatically; else `null`. */
  readonly automatic: Automatic | null;
  /** Of the original, and of the cut and recovered model. */
  readonly before: Totals;
  readonly totals: Totals;
  /** What is left of the original; `null` where an earlier version of the page kept no more than what both cost. */
  readonly left: Retained | null;
  /** On photos that nothing was learned from, as the original: what recovery began with, and after it. */
  readonly cut: Metrics;
  readonly quality: Metrics;
  /** Photos trained on, and photos measured on. */
  readonly trainedOn: number;
  readonly judged: number;
  /** The lowest score that is accepted, where a search made it, and the search that did. */
  readonly least: number | null;
  readonly run: string | null;
  /** Milliseconds for one photo, of the original and of this model, measured the same way on this machine. */
  readonly times: { readonly original: number; readonly own: number } | null;
  /** On photos that nothing was learned from or chosen by; `null` where there were too few, or before that was measured. */
  readonly test: ComparisonResult | null;
}

/** As it may be kept: earlier versions of the page called the photos trained on `lessons`. */
type KeptAttempt = Omit<Attempt, "trainedOn"> & { readonly trainedOn?: number; readonly lessons?: number };

/** An attempt as an earlier version of the page wrote it down, with what it did not know. */
export function withAllKnown({ lessons, ...attempt }: KeptAttempt): Attempt {
  // Where more was lost than was accepted, no file was kept; of all others there was one.
  const unsaid = { ...UNSAID, beyond: attempt.key === null };
  return { ...UNKNOWN, ...unsaid, ...attempt, trainedOn: attempt.trainedOn ?? lessons ?? 0 };
}

const UNSAID = {
  at: 0,
  left: null,
  earlier: [],
  automatic: null,
  run: null,
  times: null,
  test: null,
  unfinished: null,
} satisfies Partial<Attempt>;

/** So many are kept; the oldest go first. */
export const MOST_ATTEMPTS = 100;

/** In place of one of the same name. */
export function withAttempt(attempts: readonly Attempt[], attempt: Attempt): readonly Attempt[] {
  const others = attempts.filter(({ id }) => id !== attempt.id);
  return [...others, attempt].slice(-MOST_ATTEMPTS);
}

/** Two windows' lists as one. */
export function joinedAttempts(kept: readonly KeptAttempt[], own: readonly Attempt[]): readonly Attempt[] {
  const known = new Map(kept.map((attempt) => [attempt.id, withAllKnown(attempt)]));
  for (const attempt of own)
    known.set(attempt.id, { ...attempt, test: attempt.test ?? known.get(attempt.id)?.test ?? null });
  return [...known.values()].toSorted((one, other) => one.at - other.at).slice(-MOST_ATTEMPTS);
}

/** The model of this name was tested; of a search, the last one that was accepted. */
export function withTest(attempts: readonly Attempt[], of: string, test: ComparisonResult): readonly Attempt[] {
  const tested = attempts.findLastIndex(({ id, run, beyond }) => id === of || (run === of && !beyond));
  return attempts.map((attempt, index) => (index === tested ? { ...attempt, test } : attempt));
}

/** What sets it apart from a model that came of a recovery's end and was accepted, in words; `null`: nothing. */
export function remarkOn({ key, beyond, unfinished }: Attempt): string | null {
  if (unfinished) return text("page-models-unfinished", { step: unfinished.done, steps: unfinished.of });
  if (!beyond) return null;
  return key === null ? text("page-models-below-line-no-file") : text("page-models-below-line");
}

/** The number of a quality that counts, as the core chose it; 0 where an earlier version of the page kept none. */
export function scoreOf(quality: Metrics): number {
  return quality.score?.share ?? 0;
}

export type Measure = "accuracy" | "agreement";

/** What that number is. */
export function measureOf(quality: Metrics | undefined): Measure {
  return quality?.score?.by ?? "agreement";
}

/** The same in words. */
export function wordsOfMeasure(measure: Measure): string {
  return measure === "accuracy" ? text("page-models-measure-accuracy") : text("page-models-measure-agreement");
}
