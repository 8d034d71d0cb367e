/**
 * The learner and its members: each step they share out a batch, exchange what they found, and all go the same step
 * (synchronous data-parallel learning). Members are workers of the learner's worker, so they end when it does. All hold the
 * whole model, so where one is lost, the others go on, on what is left of each batch.
 */
import { wrap, type Remote } from "comlink";
import type { Learner, Gradients } from "../pkg/secateur";
import type { Found, MemberApi } from "./member.worker";
import { isFatal } from "./restartable-worker";

interface Member {
  /** Its number in the plan, from 1 on: the learner is 0. */
  readonly index: number;
  readonly worker: Worker;
  readonly api: Remote<MemberApi>;
  /** Rejects with `DIED` when it does. */
  readonly death: Promise<never>;
  /** What it finds in the batch that comes next. */
  next: Promise<Gradients>;
}

/** What the team needs of the learner that leads it. */
export type Leader = Pick<Learner, "workers" | "learns" | "lessons" | "gradients" | "take">;

const DIED = new Error("this worker stopped unexpectedly");

export class Team {
  #members: readonly Member[] = [];
  /** How many they are meant to be, the learner among them. */
  #workers = 1;
  #lost = 0;

  /** Whether nobody was lost since they were gathered. */
  get isWhole(): boolean {
    return this.#members.length === this.#workers - 1;
  }

  /** How many members were lost since this was asked last. */
  takeLost(): number {
    const lost = this.#lost;
    this.#lost = 0;
    return lost;
  }

  /** Starts as many members as the learner's work is planned for beside it, and hands them what it learns from. */
  async gather(leader: Leader, original: Uint8Array, sizes: Record<string, number>): Promise<void> {
    this.disband();
    this.#workers = leader.workers;
    if (this.isWhole) return;
    const lessons = leader.lessons();
    this.#members = Array.from({ length: this.#workers - 1 }, (_, at) => start(at + 1));
    await Promise.all(
      this.#members.map((member) => this.#given(member, member.api.join(lessons, original, sizes, member.index))),
    );
  }

  /** Brings the members to where the learner is when it begins to learn this cut; they find what the first batch says. */
  begin(cut: Uint8Array): void {
    for (const member of this.#members) expectOf(member, member.api.begin(cut));
  }

  /** Before a step of learning: everyone's part of the next batch is found and handed round. */
  async share(leader: Leader): Promise<void> {
    if (this.#members.length === 0 || !leader.learns) return;
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

  /** What a member gives; nothing where it dies meanwhile, and is a member no more. */
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

function start(index: number): Member {
  const worker = new Worker(new URL("./member.worker.ts", import.meta.url), { type: "module", name: "member" });
  const death = new Promise<never>((_, reject) =>
    worker.addEventListener("error", (event) => {
      // Else it would count as an error of the learner's worker, and end that too.
      event.preventDefault();
      reject(DIED);
    }),
  );
  death.catch(() => undefined);
  // Nothing is found before there is a cut.
  return { index, worker, api: wrap<MemberApi>(worker), death, next: new Promise(() => undefined) };
}

function expectOf(member: Member, next: Promise<Gradients>): void {
  member.next = next;
  // Where learning runs away, the learner says so for all; what else goes wrong is told when the share is awaited.
  next.catch(() => undefined);
}
