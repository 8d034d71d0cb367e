/** What the page can train on, wherever it came from. */
import type { PictureStack, Pixels } from "../../core/protocol";

/** A photo: already decoded, or a file that is read when it is needed. */
export interface TrainingPhoto {
  readonly name: string;
  /** The folder that is its class. */
  readonly folder: string | null;
  /** Whether it was published for testing, so that it must not be used for training or for choosing a model. */
  readonly toTest?: boolean;
  /** Its id among the comparison photos, if it is one of them. */
  readonly compared?: string;
  pixels(): Promise<Pixels>;
}

/** Many small photos of one size. */
export interface TrainingStack {
  readonly name: string;
  readonly toTest: boolean;
  /** Whether the gallery's model for it was trained on it. */
  readonly taught?: boolean;
  readonly count: number;
  /** The class of each photo, if it is known yet. */
  readonly labels: Uint8Array | null;
  /** Fetches the photos when they are first needed; `onShare` reports the progress. */
  stack(onShare: (share: number | null) => void): Promise<PictureStack>;
}

export type TrainingItem = TrainingPhoto | TrainingStack;

export const isStack = (item: TrainingItem): item is TrainingStack => "stack" in item;

/** Partly labeled photos count as photos without labels. */
export function areLabeled(items: readonly TrainingItem[]): boolean {
  return items.every((item) => isStack(item) || item.folder !== null);
}

/** The photos that a model was made with. */
export interface Origin {
  /** Photos of the comparison that it learned from or was chosen by, by their ids. */
  readonly compared: readonly string[];
  /** Whether the photos that it was chosen by are some that its original was trained on. */
  readonly taught: boolean;
}

/** What the page says of every model that is made with these. */
export function originOf(items: readonly TrainingItem[]): Origin {
  return {
    compared: items.flatMap((item) => (isStack(item) ? [] : (item.compared ?? []))),
    taught: items.some((item) => isStack(item) && item.taught === true),
  };
}
