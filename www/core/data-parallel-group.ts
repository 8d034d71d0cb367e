/**
 * The learner and its replicas: in each step they divide a batch, exchange gradients, and all make the same update
 * (synchronous data-parallel training). Replicas are workers of the learner's worker, so they end when it does. Each has the
 * whole model, so if one is lost, the others continue on the rest of each batch.
 */
import { wrap, type Remote } from "comlink";
import type { Learner, Gradients } from "../pkg/secateur";
import type { Found, ReplicaApi } from "./replica.worker";
import { isFatal } from "./restartable-worker";

interface Replica {
  /** Its number in the plan, from 1; the learner is 0. */
  readonly index: number;
  readonly worker: Worker;
  readonly api: Remote<ReplicaApi>;
  /** Rejects with `DIED` when it does. */
  readonly death: Promise<never>;
  /** Its gradient of the next batch. */
  next: Promise<Gradients>;
}

/** What the group needs from the learner that leads it. */
export type Leader = Pick<Learner, "workers" | "trains" | "trainingData" | "gradients" | "take">;

const DIED = new Error("this worker stopped unexpectedly");

export class DataParallelGroup {
  #replicas: readonly Replica[] = [];
  /** The planned number of workers, including the learner. */
  #workers = 1;
  #lost = 0;

  constructor(private readonly startReplica: () => Worker) {}

  /** Whether no replica was lost since the group was started. */
  get isWhole(): boolean {
    return this.#replicas.length === this.#workers - 1;
  }

  /** How many replicas were lost since the last time this was asked. */
  takeLost(): number {
    const lost = this.#lost;
    this.#lost = 0;
    return lost;
  }

  /** Starts as many replicas as the learner's plan asks for, and sends them its training data. */
  async gather(leader: Leader, original: Uint8Array, sizes: Record<string, number>): Promise<void> {
    this.end();
    this.#workers = leader.workers;
    if (this.isWhole) return;
    const data = leader.trainingData();
    this.#replicas = Array.from({ length: this.#workers - 1 }, (_, at) => replicaOf(this.startReplica(), at + 1));
    await Promise.all(
      this.#replicas.map((replica) => this.#given(replica, replica.api.join(data, original, sizes, replica.index))),
    );
  }

  /** Sends the replicas the learner's state when it begins to train this cut; they compute their gradients of the first batch. */
  begin(cut: Uint8Array): void {
    for (const replica of this.#replicas) expectOf(replica, replica.api.begin(cut));
  }

  /** Before a training step: collects everyone's gradient of the next batch and passes them round. */
  async exchange(leader: Leader): Promise<void> {
    if (this.#replicas.length === 0 || !leader.trains) return;
    const found: Found[] = [{ index: 0, gradients: leader.gradients() }];
    const theirs = this.#replicas.map(async (replica) => ({
      index: replica.index,
      gradients: await this.#given(replica, replica.next),
    }));
    for (const { index, gradients } of await Promise.all(theirs)) {
      if (!gradients) continue;
      leader.take(index, gradients);
      found.push({ index, gradients });
    }
    for (const replica of this.#replicas) {
      const others = found.filter(({ index }) => index !== replica.index);
      expectOf(replica, replica.api.step(others));
    }
  }

  end(): void {
    for (const { worker } of this.#replicas) worker.terminate();
    this.#replicas = [];
  }

  /** A replica's gradient; nothing if it dies meanwhile, after which the others go on without it. */
  async #given<Value>(replica: Replica, given: Promise<Value>): Promise<Value | null> {
    try {
      return await Promise.race([given, replica.death]);
    } catch (error) {
      if (error !== DIED && !isFatal(error)) throw error;
      replica.worker.terminate();
      this.#replicas = this.#replicas.filter((other) => other !== replica);
      this.#lost += 1;
      return null;
    }
  }
}

function replicaOf(worker: Worker, index: number): Replica {
  const death = new Promise<never>((_, reject) =>
    worker.addEventListener("error", (event) => {
      // Otherwise it would count as an error of the learner's worker, and end that as well.
      event.preventDefault();
      reject(DIED);
    }),
  );
  death.catch(() => undefined);
  // There are no gradients before there is a cut.
  return { index, worker, api: wrap<ReplicaApi>(worker), death, next: new Promise(() => undefined) };
}

function expectOf(replica: Replica, next: Promise<Gradients>): void {
  replica.next = next;
  // If training diverges, the learner reports it for all; any other failure surfaces when the gradient is awaited.
  next.catch(() => undefined);
}
