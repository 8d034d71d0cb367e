/** A recovery in words: what it does, and what is worth a remark. */
import type { Plan } from "../../core/protocol";
import * as format from "../../format";
import { text } from "../../text";

/** What a method does, while it does it. */
export function wordsOf(method: Plan["method"]): string {
  switch (method) {
    case "recalibrate":
      return text("page-progress-recalibrate");
    case "correct-bias":
      return text("page-progress-correct-bias");
    case "reconstruct":
      return text("page-progress-reconstruct");
    case "distill":
      return text("page-progress-distill");
    case "finetune":
      return text("page-progress-finetune");
  }
}

/** What to say where not the last model is kept, of all that were judged on the way. */
export function keptEarlier(kept: number, done: number): string {
  return kept === 0 ? text("page-notice-kept-start") : text("page-notice-kept-earlier", { kept, last: done });
}

export function sleptFor(milliseconds: number): string {
  return text("page-notice-slept", { time: format.estimate(milliseconds) });
}
