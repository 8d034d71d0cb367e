/** The small pictures of the glossary, as data. */

export type Picture =
  /** Matrices of weights beside each other, a letter a weight: `x` stays and `.` goes. */
  | { readonly kind: "weights"; readonly matrices: readonly (readonly string[])[] }
  /** Layers as columns of channels: which pairs of neighbors are linked, and which channel of each layer goes. */
  | {
      readonly kind: "channels";
      readonly layers: readonly number[];
      readonly links: readonly (readonly [layer: number, from: number, to: number])[];
      readonly cut: readonly number[];
    }
  /** Layers as bars: how large each is, and how much of it stays, both 0 to 1. */
  | { readonly kind: "layers"; readonly bars: readonly (readonly [size: number, left: number])[] }
  /** Curves from left to right, in the order of their dashes; x and y from 0 to 1. */
  | { readonly kind: "curves"; readonly curves: readonly Curve[] }
  /** Probabilities of classes beside each other, one set after the other. */
  | { readonly kind: "probabilities"; readonly sets: readonly (readonly number[])[] };

export type Curve = readonly (readonly [x: number, y: number])[];

const SCATTERED = ["x.xx.x.xx.x.", ".xx.xxx..xxx", "xx.x..xxx.xx", "x.xxx.x.xx.x", "..xx.xxx.x.x", "xx..xx.x.xxx"];
const ROWS = ["xxxxxxxxxxxx", "............", "xxxxxxxxxxxx", "xxxxxxxxxxxx", "............", "xxxxxxxxxxxx"];

const straight = (channels: number, between: readonly number[]) =>
  between.flatMap((layer) => Array.from({ length: channels }, (_, c) => [layer, c, c] as const));

/** A function of x from 0 to 1, drawn at equal distances. */
const curve = (f: (x: number) => number, points = 32): Curve =>
  Array.from({ length: points + 1 }, (_, i) => [i / points, f(i / points)] as const);

const cosine = (x: number) => (1 + Math.cos(Math.PI * x)) / 2;
const softmax = (logits: readonly number[], temperature: number): number[] => {
  const powers = logits.map((logit) => Math.exp(logit / temperature));
  const sum = powers.reduce((a, b) => a + b);
  return powers.map((power) => power / sum);
};
const LOGITS = [1, 4.5, 2.5, 0, 3];

/** What is gone after each of five rounds. */
const rounds = (gone: (done: number) => number): Curve =>
  Array.from({ length: 5 }, (_, r) => r).flatMap((r) => [
    [r / 5, gone((r + 1) / 5)],
    [(r + 1) / 5, gone((r + 1) / 5)],
  ]);

const GROUP: Picture = {
  kind: "channels",
  layers: [4, 4, 4],
  links: straight(4, [0, 1]),
  cut: [1, 1, 1],
};

/** By the term's key, without “term-”. */
export const PICTURES: Readonly<Record<string, Picture>> = {
  unstructured: { kind: "weights", matrices: [SCATTERED] },
  mask: { kind: "weights", matrices: [SCATTERED] },
  "n-m": {
    kind: "weights",
    matrices: [["xx..x.x..xx.", ".xx.xx..x..x", "x..x..xxxx..", "x.x..xx..x.x", "..xxxx..x.x.", "xx..x..x.xx."]],
  },
  block: {
    kind: "weights",
    matrices: [["xxx...xxxxxx", "xxx...xxxxxx", "...xxx...xxx", "...xxx...xxx", "xxxxxxxxx...", "xxxxxxxxx..."]],
  },
  "channel-pruning": { kind: "weights", matrices: [ROWS] },
  repack: { kind: "weights", matrices: [ROWS, ROWS.filter((row) => row.includes("x"))] },
  depthwise: { kind: "channels", layers: [4, 4], links: straight(4, [0]), cut: [2, 2] },
  "channel-group": GROUP,
  residual: GROUP,
  global: {
    kind: "layers",
    bars: [
      [0.35, 0.95],
      [0.6, 0.8],
      [1, 0.35],
      [0.8, 0.6],
    ],
  },
  uniform: {
    kind: "layers",
    bars: [
      [0.35, 0.6],
      [0.6, 0.6],
      [1, 0.6],
      [0.8, 0.6],
    ],
  },
  schedule: {
    kind: "curves",
    curves: [
      curve(cosine),
      curve((x) => (x < 0.3 ? 0.04 + 0.96 * (1 - cosine(x / 0.3)) : cosine((x - 0.3) / 0.7))),
      curve(() => 1, 1),
    ],
  },
  "pruning-schedule": {
    kind: "curves",
    curves: [rounds((done) => 1 - (1 - done) ** 3), rounds((done) => done)],
  },
  sensitivity: {
    kind: "curves",
    curves: [curve((x) => 1 - x ** 6), curve((x) => Math.max(0.1, 1 - 2.2 * x ** 2))],
  },
  temperature: { kind: "probabilities", sets: [softmax(LOGITS, 1), softmax(LOGITS, 4)] },
  "label-smoothing": {
    kind: "probabilities",
    sets: [
      [0, 0, 1, 0, 0],
      [0.04, 0.04, 0.84, 0.04, 0.04],
    ],
  },
};
