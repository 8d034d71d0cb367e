/** A worker that helps the learner: it takes its part of every batch. */
import init, { Member } from "../pkg/secateur";
import type { TrainingData, Gradients } from "../pkg/secateur";
import { serve } from "./serve";

let member: Member | null = null;

/** What worker number `index` found. */
export interface Found {
  readonly index: number;
  readonly share: Gradients;
}

const api = {
  /** Takes what is learned from, and from whom. */
  join(lessons: TrainingData, original: Uint8Array, sizes: Record<string, number>, index: number): void {
    member = new Member(lessons, original, sizes, index);
  },
  /** Comes to where the learner is with a new cut, and finds what the first batch says. */
  begin(cut: Uint8Array): Gradients {
    member!.begin(cut);
    return member!.gradients();
  },
  /** Goes the step that its own share and these come to, and finds what the next batch says. */
  step(others: readonly Found[]): Gradients {
    for (const { index, share } of others) member!.take(index, share);
    member!.apply();
    return member!.gradients();
  },
};

export type MemberApi = typeof api;
serve(init().then(() => [api]));
