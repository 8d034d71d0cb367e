/** What a recipe can say, in words. */
import type { Recipe } from "../../core/protocol";
import { text } from "../../text";

/** What is cut. `n:m` stands for every such pattern. */
export function granularities(): Record<string, { name: string; about: string }> {
  return {
    channel: { name: text("page-cut-channels"), about: text("page-cut-channels-about") },
    branch: { name: text("page-cut-branches"), about: text("page-cut-branches-about") },
    weight: { name: text("page-cut-weights"), about: text("page-cut-weights-about") },
    "n:m": { name: text("page-cut-pattern"), about: text("page-cut-pattern-about") },
    block: { name: text("page-cut-blocks"), about: text("page-cut-blocks-about") },
  };
}

export function allocations(): Record<string, { name: string; about: string }> {
  return {
    global: { name: text("page-cut-global"), about: text("page-cut-global-about") },
    uniform: { name: text("page-cut-uniform"), about: text("page-cut-uniform-about") },
    manual: { name: text("page-cut-manual"), about: text("page-cut-manual-about") },
  };
}

export function reductions(): Record<string, string> {
  return {
    mean: text("page-cut-mean"),
    sum: text("page-cut-sum"),
    max: text("page-cut-max"),
  };
}

export const PATTERNS = ["2:4", "4:8", "1:4", "1:2"];

/** Whether what a recipe removes leaves the file; zeros stay in it. */
export function leavesTheFile({ granularity = "channel" }: Recipe): boolean {
  return granularity === "channel" || granularity === "branch";
}

/** Whether a recipe's granularity is a pattern such as “2:4”. */
export function isPattern(granularity: string): boolean {
  return /^\d+:\d+$/.test(granularity);
}
