/**
 * The learner and its members: each step they share out a batch, exchange what they found, and all go the same step
 * (synchronous data-parallel learning). Members are workers of the learner's worker, so they end when it does.
 */
import { wrap, type Remote } from "comlink";
import type { Learner, Share } from "../pkg/secateur";
import type { MemberApi } from "./member.worker";

interface Member {
  readonly worker: Worker;
  readonly api: Remote<MemberApi>;
  /** What it finds in the batch that comes next. */
  next: Promise<Share>;
}

/** What the team needs of the learner that leads it. */
export type Leader = Pick<Learner, "workers" | "learns" | "lessons" | "share" | "take">;

export class Team {
  #members: Member[] = [];
  /** Rejects when a member dies. */
  #broken: Promise<never> = new Promise(() => undefined);

  /** Starts as many members as the learner's work is planned for beside it, and hands them what it learns from. */
  async gather(leader: Leader, original: Uint8Array, sizes: Record<string, number>): Promise<void> {
    this.disband();
    const { workers } = leader;
    if (workers === 1) return;
    const lessons = leader.lessons();
    let fail!: (reason: Error) => void;
    this.#broken = new Promise((_, reject) => (fail = reject));
    this.#broken.catch(() => undefined);
    const joining = Array.from({ length: workers - 1 }, async (_, at) => {
      const worker = new Worker(new URL("./member.worker.ts", import.meta.url), { type: "module", name: "member" });
      worker.addEventListener("error", (event) => fail(new Error(event.message)));
      const api = wrap<MemberApi>(worker);
      // Nothing is found before there is a cut.
      this.#members.push({ worker, api, next: new Promise(() => undefined) });
      await api.join(lessons, original, sizes, at + 1);
    });
    await Promise.race([Promise.all(joining), this.#broken]);
  }

  /** Brings the members to where the learner is when it begins to learn this cut; they find what the first batch says. */
  begin(cut: Uint8Array): void {
    for (const member of this.#members) this.#expect(member, member.api.begin(cut));
  }

  /** Before a step of learning: everyone's part of the next batch is found and handed round. */
  async share(leader: Leader): Promise<void> {
    if (this.#members.length === 0 || !leader.learns) return;
    const own = leader.share();
    const theirs = await Promise.race([Promise.all(this.#members.map(({ next }) => next)), this.#broken]);
    const found = [own, ...theirs].map((share, index) => ({ index, share }));
    for (const { index, share } of found.slice(1)) leader.take(index, share);
    this.#members.forEach((member, at) => {
      const others = found.filter(({ index }) => index !== at + 1);
      this.#expect(member, member.api.step(others));
    });
  }

  disband(): void {
    for (const { worker } of this.#members) worker.terminate();
    this.#members = [];
  }

  #expect(member: Member, next: Promise<Share>): void {
    member.next = next;
    // Where learning runs away, the learner says so for all; what else goes wrong is told when the share is awaited.
    next.catch(() => undefined);
  }
}
