/** What the page can train on, wherever it came from. */
import type { PictureStack, Pixels } from "../../core/protocol";
import type { Origin } from "../../state/origin";

/** A photo: at hand, or a file that is read when its turn comes. */
export interface TrainingPhoto {
  readonly name: string;
  /** The folder that is its class. */
  readonly folder: string | null;
  /** Whether it was published to test on, so that nothing is to be learned from it or chosen by it. */
  readonly toTest?: boolean;
  /** Its id among the photos of the comparison, if it is one of those. */
  readonly compared?: string;
  pixels(): Promise<Pixels>;
}

/** Many small pictures of one size. */
export interface TrainingStack {
  readonly name: string;
  readonly toTest: boolean;
  /** Whether the gallery's model for it was trained on it. */
  readonly taught?: boolean;
  readonly count: number;
  /** The class of each picture, where that is known already. */
  readonly labels: Uint8Array | null;
  /** Fetches them when they are first needed; `onShare` is told how far that is. */
  stack(onShare: (share: number | null) => void): Promise<PictureStack>;
}

export type TrainingItem = TrainingPhoto | TrainingStack;

export const isStack = (item: TrainingItem): item is TrainingStack => "stack" in item;

/** Half-labeled photos count as photos without labels. */
export function areLabeled(items: readonly TrainingItem[]): boolean {
  return items.every((item) => isStack(item) || item.folder !== null);
}

/** What is to be told of whatever is made with these. */
export function originOf(items: readonly TrainingItem[]): Origin {
  return {
    compared: items.flatMap((item) => (isStack(item) ? [] : (item.compared ?? []))),
    taught: items.some((item) => isStack(item) && item.taught === true),
  };
}
