/** Hands what is to be learned from to the workers that learn from it or measure by it, whatever it comes from. */
import type { Learner } from "../core/protocol";
import { areLabeled, isStack, type TrainingItem, type TrainingPhoto } from "../data/sets/training-item";
import { failureOf } from "../state/status";
import { text } from "../text";
import type { Subject } from "./subject";

export type Gatherer = Pick<Learner, "gather" | "add" | "addStack">;

export interface Listener {
  onProgress(what: string, share: number | null): void;
  /** A photo that can't be read is left out. */
  onLeftOut(message: string): void;
  isStopped(): boolean;
}

export async function gather(
  learner: Gatherer,
  { preset, classes }: Pick<Subject, "preset" | "classes">,
  items: readonly TrainingItem[],
  { onProgress, onLeftOut, isStopped }: Listener,
): Promise<void> {
  const labeled = areLabeled(items);
  const photos = items.filter((item): item is TrainingPhoto => !isStack(item));
  const folders = labeled ? [...new Set(photos.map((photo) => photo.folder!))].sort() : [];
  await learner.gather(preset, folders, classes);
  for (const [index, item] of items.entries()) {
    if (isStopped()) return;
    if (isStack(item)) {
      onProgress(text("page-progress-downloading", { name: item.name }), null);
      const stack = await item.stack((share) =>
        onProgress(text("page-progress-downloading", { name: item.name }), share),
      );
      if (isStopped()) return;
      await learner.addStack(stack, item.toTest);
      continue;
    }
    const number = index + 1;
    onProgress(text("page-progress-reading-photo", { number, total: items.length }), index / items.length);
    try {
      await learner.add(await item.pixels(), labeled ? item.folder : null, item.toTest ?? false);
    } catch (error) {
      const failure = failureOf(error);
      if (failure.code === "canceled" || failure.code === "crashed") throw error;
      onLeftOut(text("page-notice-left-out", { reason: failure.message }));
    }
  }
}

/** Several workers that are given the same, each photo read once. */
export function together(gatherers: readonly Gatherer[]): Gatherer {
  return {
    gather: async (...set) => void (await Promise.all(gatherers.map((each) => each.gather(...set)))),
    add: async (...photo) => void (await Promise.all(gatherers.map((each) => each.add(...photo)))),
    addStack: async (...stack) => void (await Promise.all(gatherers.map((each) => each.addStack(...stack)))),
  };
}
