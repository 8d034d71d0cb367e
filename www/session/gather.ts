/** Hands what is to be learned from to the workers that learn from it or measure by it. */
import type { Learner, Pixels, Preset } from "../core/protocol";
import { failureOf } from "../state/status";

/** A photo to learn from: at hand, or a file that is read when its turn comes. */
export interface Lesson {
  readonly name: string;
  /** The folder that is its class. */
  readonly folder: string | null;
  pixels(): Promise<Pixels>;
}

export type Gatherer = Pick<Learner, "gather" | "add">;

export interface Listener {
  onProgress(what: string, share: number | null): void;
  /** A photo that can't be read is left out. */
  onLeftOut(message: string): void;
  isStopped(): boolean;
}

export async function gather(
  learner: Gatherer,
  preset: Preset,
  lessons: readonly Lesson[],
  { onProgress, onLeftOut, isStopped }: Listener,
): Promise<void> {
  const folders = lessons.map((lesson) => lesson.folder);
  // Half-labelled photos count as photos without labels.
  const labelled = folders.every((folder) => folder !== null);
  const names = labelled ? [...new Set(folders)].sort() : [];
  await learner.gather(preset, names as string[]);
  for (const [index, lesson] of lessons.entries()) {
    if (isStopped()) return;
    onProgress(`Reading photo ${index + 1} of ${lessons.length}`, index / lessons.length);
    try {
      await learner.add(await lesson.pixels(), labelled ? lesson.folder : null);
    } catch (error) {
      const failure = failureOf(error);
      if (failure.code === "cancelled" || failure.code === "crashed") throw error;
      onLeftOut(`Left out: ${failure.message}`);
    }
  }
}

/** Several workers that are given the same, each photo read once. */
export function together(gatherers: readonly Gatherer[]): Gatherer {
  return {
    gather: async (...set) => void (await Promise.all(gatherers.map((each) => each.gather(...set)))),
    add: async (...photo) => void (await Promise.all(gatherers.map((each) => each.add(...photo)))),
  };
}
