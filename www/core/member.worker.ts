/** A worker that helps the learner: it takes its part of every batch. */
import { expose } from "comlink";
import init, { Member } from "../pkg/secateur";
import type { Lessons, Share } from "../pkg/secateur";
import { withTransfers } from "./transfers";

const core = init();
let member: Member | null = null;

/** What worker number `index` found. */
export interface Found {
  readonly index: number;
  readonly share: Share;
}

const api = {
  /** Takes what is learned from, and from whom. */
  async join(lessons: Lessons, original: Uint8Array, sizes: Record<string, number>, index: number): Promise<void> {
    await core;
    member = new Member(lessons, original, sizes, index);
  },
  /** Comes to where the learner is with a new cut, and finds what the first batch says. */
  begin(cut: Uint8Array): Share {
    member!.begin(cut);
    return withTransfers(member!.share());
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
