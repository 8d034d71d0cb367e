/** The models that were recovered in this browser, newest last. Their files are kept in the browser's storage. */
import type { Plan, Quality, Recipe, Tested, Totals } from "../core/protocol";
import { UNKNOWN, type Measured, type Origin } from "./origin";

export interface Attempt extends Origin, Measured {
  readonly id: string;
  /** When it was made, in milliseconds since 1970. */
  readonly at: number;
  /** Where the file is kept; `null` for one beyond the line, of which only the numbers are. */
  readonly key: string | null;
  /** The model that it was cut from, as `sourceId` names it. */
  readonly model: string;
  readonly recipe: Recipe;
  readonly plan: Plan;
  /** How it had been recovered before, where it was brought back further. */
  readonly earlier: readonly Plan[];
  /** Of the original, and of the cut and recovered model. */
  readonly before: Totals;
  readonly totals: Totals;
  /** On photos that nothing was learned from, as the original: what recovery began with, and after it. */
  readonly cut: Quality;
  readonly quality: Quality;
  /** Photos learned from, and photos measured on. */
  readonly lessons: number;
  readonly judged: number;
  /** The least score on this side of the line, where a search made it, and the search that did. */
  readonly least: number | null;
  readonly run: string | null;
  /** Milliseconds for one photo, of the original and of this model, measured the same way on this machine. */
  readonly times: { readonly original: number; readonly own: number } | null;
  /** On photos that nothing was learned from or chosen by; `null` where there were too few, or before that was measured. */
  readonly test: Tested | null;
}

/** An attempt as an earlier version of the page wrote it down, with what it did not know. */
export function withAllKnown(attempt: Attempt): Attempt {
  return { ...UNKNOWN, ...UNSAID, ...attempt };
}

const UNSAID = { at: 0, earlier: [], run: null, times: null, test: null } satisfies Partial<Attempt>;

/** So many are kept; the oldest go first. */
export const MOST_ATTEMPTS = 100;

export function withAttempt(attempts: readonly Attempt[], attempt: Attempt): readonly Attempt[] {
  return [...attempts, attempt].slice(-MOST_ATTEMPTS);
}

/** Two windows' lists as one. */
export function joinedAttempts(kept: readonly Attempt[], own: readonly Attempt[]): readonly Attempt[] {
  const known = new Map(kept.map((attempt) => [attempt.id, withAllKnown(attempt)]));
  for (const attempt of own)
    known.set(attempt.id, { ...attempt, test: attempt.test ?? known.get(attempt.id)?.test ?? null });
  return [...known.values()].toSorted((one, other) => one.at - other.at).slice(-MOST_ATTEMPTS);
}

/** The model of this name was tested; of a search, the last one on this side of the line. */
export function withTest(attempts: readonly Attempt[], of: string, test: Tested): readonly Attempt[] {
  const tested = attempts.findLastIndex(({ id, run, key }) => id === of || (run === of && key !== null));
  return attempts.map((attempt, index) => (index === tested ? { ...attempt, test } : attempt));
}

/** What a quality is judged by: accuracy where there are labels, else agreement with the original. */
export function scoreOf(quality: Quality): number {
  return quality.accuracy ?? quality.agreement ?? 0;
}
