/** A worker that helps the learner: it computes the gradient of its part of every batch. */
import init, { WorkerReplica as Replica } from "../pkg/secateur";
import type { TrainingData, Gradients } from "../pkg/secateur";

let replica: Replica | null = null;

/** The gradient from worker number `index`. */
export interface Found {
  readonly index: number;
  readonly gradients: Gradients;
}

const api = {
  /** Receives the training data, and the original if it is the teacher. */
  join(data: TrainingData, original: Uint8Array, sizes: Record<string, number>, index: number): void {
    replica = new Replica(data, original, sizes, index);
  },
  /** Starts from the learner's state with a new cut, and computes the gradient of the first batch. */
  begin(cut: Uint8Array): Gradients {
    replica!.begin(cut);
    return replica!.gradients();
  },
  /** Makes the step that follows from its own gradient and these, and computes that of the next batch. */
  step(others: readonly Found[]): Gradients {
    for (const { index, gradients } of others) replica!.take(index, gradients);
    replica!.apply();
    return replica!.gradients();
  },
};

export type ReplicaApi = typeof api;
export const served = init().then(() => [api]);
