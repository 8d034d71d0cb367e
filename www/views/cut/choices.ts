/** What a recipe can say, in words. */

/** What is cut. `n:m` stands for every such pattern. */
export const GRANULARITIES: Record<string, { name: string; about: string }> = {
  channel: { name: "Channels", about: "Whole channels leave: a smaller network, faster everywhere." },
  weight: { name: "Weights", about: "Single weights become zero, wherever they stand." },
  "n:m": {
    name: "N : M",
    about: "In every M weights in a row, only N stay: a pattern that some hardware runs faster.",
  },
  block: { name: "Blocks", about: "Rectangles of weights become zero together." },
};

export const ALLOCATIONS: Record<string, string> = {
  global: "global: the least important anywhere",
  uniform: "uniform: the same share in every layer",
  manual: "by hand: a share for each layer",
};

export const REDUCTIONS: Record<string, string> = {
  mean: "mean of its parts",
  sum: "sum of its parts",
  max: "largest of its parts",
};

export const PATTERNS = ["2:4", "4:8", "1:4", "1:2"];

/** Whether a recipe's granularity is a pattern such as “2:4”. */
export function isPattern(granularity: string): boolean {
  return /^\d+:\d+$/.test(granularity);
}
