/** A worker that helps the learner: it computes the gradient of its part of every batch. */
import init, { Member } from "../pkg/secateur";
import type { TrainingData, Gradients } from "../pkg/secateur";

let member: Member | null = null;

/** The gradient from worker number `index`. */
export interface Found {
  readonly index: number;
  readonly share: Gradients;
}

const api = {
  /** Receives the training data, and the original if it is the teacher. */
  join(data: TrainingData, original: Uint8Array, sizes: Record<string, number>, index: number): void {
    member = new Member(data, original, sizes, index);
  },
  /** Starts from the learner's state with a new cut, and computes the gradient of the first batch. */
  begin(cut: Uint8Array): Gradients {
    member!.begin(cut);
    return member!.gradients();
  },
  /** Makes the step that follows from its own gradient and these, and computes that of the next batch. */
  step(others: readonly Found[]): Gradients {
    for (const { index, share } of others) member!.take(index, share);
    member!.apply();
    return member!.gradients();
  },
};

export type MemberApi = typeof api;
export const served = init().then(() => [api]);
