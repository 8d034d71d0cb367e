/**
 * The learner and its members: each step they share out a batch, exchange what they found, and all go the same step
 * (synchronous data-parallel learning). Members are workers of the learner's worker, so they end when it does.
 */
import { wrap, type Remote } from "comlink";
import type { Advance, Learner, Plan, Share } from "../pkg/secateur";
import type { MemberApi } from "./member.worker";

interface Member {
  readonly worker: Worker;
  readonly api: Remote<MemberApi>;
  /** What it finds in the batch that comes next. */
  next: Promise<Share>;
}

export class Team {
  #members: Member[] = [];
  /** Rejects when a member dies. */
  #broken: Promise<never> = new Promise(() => undefined);

  get isAlone(): boolean {
    return this.#members.length === 0;
  }

  /** Brings members to where the learner is, as many as the plan has workers beside it. */
  async gather(
    learner: Learner,
    original: Uint8Array,
    pruned: Uint8Array,
    plan: Plan,
    sizes: Record<string, number>,
  ): Promise<void> {
    this.disband();
    const workers = plan.workers ?? 1;
    if (workers === 1) return;
    const lessons = learner.lessons();
    let fail!: (reason: Error) => void;
    this.#broken = new Promise((_, reject) => (fail = reject));
    this.#broken.catch(() => undefined);
    const joining = Array.from({ length: workers - 1 }, async (_, at) => {
      const worker = new Worker(new URL("./member.worker.ts", import.meta.url), { type: "module", name: "member" });
      worker.addEventListener("error", (event) => fail(new Error(event.message)));
      const api = wrap<MemberApi>(worker);
      const next = api.join(lessons, original, pruned, plan, sizes, at + 1);
      this.#members.push({ worker, api, next });
      await next;
    });
    await Promise.race([Promise.all(joining), this.#broken]);
  }

  /** Learns from the next batch, all together. */
  async step(learner: Learner): Promise<Advance> {
    const own = learner.share();
    const theirs = await Promise.race([Promise.all(this.#members.map(({ next }) => next)), this.#broken]);
    const found = [own, ...theirs].map((share, index) => ({ index, share }));
    for (const { index, share } of found.slice(1)) learner.take(index, share);
    this.#members.forEach((member, at) => {
      const others = found.filter(({ index }) => index !== at + 1);
      member.next = member.api.step(others);
      // Where learning runs away, the learner says so for all.
      member.next.catch(() => undefined);
    });
    return learner.follow();
  }

  disband(): void {
    for (const { worker } of this.#members) worker.terminate();
    this.#members = [];
  }
}
