/** What has to be said beside numbers, by the photos that a model was made with and is measured on. */
import type { Metrics } from "../../core/protocol";
import type { Origin } from "../../data/sets/training-item";

export type { Origin };

/** Models that were measured on some photos. */
export interface Measured {
  /** How the original does on them. */
  readonly original: Metrics;
  /** What tells these photos from others; `null` where an earlier version of the page did not ask. */
  readonly fingerprint: string | null;
}

/** Of what an earlier version of the page wrote down. */
export const UNKNOWN = { compared: [], taught: false, fingerprint: null } satisfies Partial<Origin & Measured>;

/** What two of them must share to be compared. */
export function comparabilityKey({ original, fingerprint }: Measured): string {
  return fingerprint ?? JSON.stringify([original.pictures, original.accuracy ?? null]);
}

/** What was made of a cut with more photos is of all of them. */
export function joined(earlier: readonly string[], origin: Origin): Origin {
  return { ...origin, compared: [...new Set([...earlier, ...origin.compared])] };
}
