/** A worker that helps the learner: it takes its part of every batch. */
import { expose } from "comlink";
import init, { Member } from "../pkg/secateur";
import type { Lessons, Plan, Share } from "../pkg/secateur";
import { withTransfers } from "./transfers";

const core = init();
let member: Member | null = null;

/** What worker number `index` found. */
export interface Found {
  readonly index: number;
  readonly share: Share;
}

const api = {
  /** Comes to where the learner is, and finds what the first batch says. */
  async join(
    lessons: Lessons,
    original: Uint8Array,
    pruned: Uint8Array,
    plan: Plan,
    sizes: Record<string, number>,
    index: number,
  ): Promise<Share> {
    await core;
    member = new Member(lessons, original, pruned, plan, sizes, index);
    return withTransfers(member.share());
  },
  /** Goes the step that its own share and these come to, and finds what the next batch says. */
  step(others: readonly Found[]): Share {
    for (const { index, share } of others) member!.take(index, share);
    member!.follow();
    return withTransfers(member!.share());
  },
};

export type MemberApi = typeof api;
expose(api);
