/**
 * The learner and its members: in each step they divide a batch, exchange gradients, and all make the same update
 * (synchronous data-parallel training). Members are workers of the learner's worker, so they end when it does. Each has the
 * whole model, so if one is lost, the others continue on the rest of each batch.
 */
import { wrap, type Remote } from "comlink";
import type { Learner, Gradients } from "../pkg/secateur";
import type { Found, MemberApi } from "./member.worker";
import { isFatal } from "./restartable-worker";

interface Member {
  /** Its number in the plan, from 1; the learner is 0. */
  readonly index: number;
  readonly worker: Worker;
  readonly api: Remote<MemberApi>;
  /** Rejects with `DIED` when it does. */
  readonly death: Promise<never>;
  /** Its gradient of the next batch. */
  next: Promise<Gradients>;
}

/** What the team needs from the learner that leads it. */
export type Leader = Pick<Learner, "workers" | "trains" | "trainingData" | "gradients" | "take">;

const DIED = new Error("this worker stopped unexpectedly");

export class Team {
  #members: readonly Member[] = [];
  /** The planned number of workers, including the learner. */
  #workers = 1;
  #lost = 0;

  constructor(private readonly startMember: () => Worker) {}

  /** Whether no member was lost since the team was started. */
  get isWhole(): boolean {
    return this.#members.length === this.#workers - 1;
  }

  /** How many members were lost since the last time this was asked. */
  takeLost(): number {
    const lost = this.#lost;
    this.#lost = 0;
    return lost;
  }

  /** Starts as many members as the learner's plan asks for, and sends them its training data. */
  async gather(leader: Leader, original: Uint8Array, sizes: Record<string, number>): Promise<void> {
    this.disband();
    this.#workers = leader.workers;
    if (this.isWhole) return;
    const data = leader.trainingData();
    this.#members = Array.from({ length: this.#workers - 1 }, (_, at) => memberOf(this.startMember(), at + 1));
    await Promise.all(
      this.#members.map((member) => this.#given(member, member.api.join(data, original, sizes, member.index))),
    );
  }

  /** Sends the members the learner's state when it begins to train this cut; they compute their gradients of the first batch. */
  begin(cut: Uint8Array): void {
    for (const member of this.#members) expectOf(member, member.api.begin(cut));
  }

  /** Before a training step: collects everyone's gradient of the next batch and passes them round. */
  async share(leader: Leader): Promise<void> {
    if (this.#members.length === 0 || !leader.trains) return;
    const found: Found[] = [{ index: 0, share: leader.gradients() }];
    const theirs = this.#members.map(async (member) => ({
      index: member.index,
      share: await this.#given(member, member.next),
    }));
    for (const { index, share } of await Promise.all(theirs)) {
      if (!share) continue;
      leader.take(index, share);
      found.push({ index, share });
    }
    for (const member of this.#members) {
      const others = found.filter(({ index }) => index !== member.index);
      expectOf(member, member.api.step(others));
    }
  }

  disband(): void {
    for (const { worker } of this.#members) worker.terminate();
    this.#members = [];
  }

  /** A member's gradient; nothing if it dies meanwhile, after which it is no longer a member. */
  async #given<Value>(member: Member, given: Promise<Value>): Promise<Value | null> {
    try {
      return await Promise.race([given, member.death]);
    } catch (error) {
      if (error !== DIED && !isFatal(error)) throw error;
      member.worker.terminate();
      this.#members = this.#members.filter((other) => other !== member);
      this.#lost += 1;
      return null;
    }
  }
}

function memberOf(worker: Worker, index: number): Member {
  const death = new Promise<never>((_, reject) =>
    worker.addEventListener("error", (event) => {
      // Otherwise it would count as an error of the learner's worker, and end that as well.
      event.preventDefault();
      reject(DIED);
    }),
  );
  death.catch(() => undefined);
  // There are no gradients before there is a cut.
  return { index, worker, api: wrap<MemberApi>(worker), death, next: new Promise(() => undefined) };
}

function expectOf(member: Member, next: Promise<Gradients>): void {
  member.next = next;
  // If training diverges, the learner reports it for all; any other failure surfaces when the gradient is awaited.
  next.catch(() => undefined);
}
