/** What a recipe can say, in words. */

export const CRITERIA: Record<string, { name: string; about: string }> = {
  l2: { name: "L2 magnitude", about: "Small weights go first, by their length. A good first choice." },
  l1: { name: "L1 magnitude", about: "Small weights go first, by the sum of their sizes." },
  lamp: { name: "LAMP", about: "Magnitude made comparable between layers, so that none is emptied." },
  fpgm: { name: "Geometric median (FPGM)", about: "Channels that others can stand in for go first." },
  "bn-scale": { name: "BatchNorm scale (slimming)", about: "Channels that their BatchNorm turns down go first." },
  wanda: {
    name: "Wanda (looks at photos)",
    about: "Small weights on quiet inputs go first: magnitude times what it is multiplied with.",
  },
  taylor: {
    name: "Taylor (looks at photos)",
    about: "What moves the loss least when it is taken out goes first, by the slope of the loss.",
  },
  fisher: {
    name: "Fisher (looks at photos)",
    about: "What the loss bends least for goes first, by the squares of its slopes.",
  },
  apoz: {
    name: "Zeros, APoZ (looks at photos)",
    about: "Channels that are mostly zero behind their activation go first. Whole channels only.",
  },
  snip: {
    name: "SNIP (looks at photos)",
    about: "The slope of the loss over all photos together: made for networks that are not trained yet.",
  },
  movement: {
    name: "Movement (looks at photos)",
    about: "What a short training draws towards zero goes first, whatever its size.",
  },
  random: { name: "Random", about: "The control: a criterion is worth as much as it beats this." },
};

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
