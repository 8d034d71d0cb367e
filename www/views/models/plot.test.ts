import { describe, expect, test } from "vitest";
import type { Plan, Metrics, Totals } from "../../core/protocol";
import type { Attempt } from "../../state/kept/attempts";
import { comparabilityKey } from "../../state/kept/origin";
import { placeOn, seriesOf } from "./plot";
import type { SweepCurve } from "../../state/kept/sweeps";

const totals = (share: number): Totals => ({
  parameters: 1000 * share,
  nonzeros: 800 * share,
  macs: 50 * share,
  activationBytes: 8,
  bytes: 4000 * share,
});
const left = (share: number) => ({ sparsity: 1 - share, macs: share });
const quality = (accuracy: number): Metrics => ({
  pictures: 40,
  accuracy,
  score: { by: "accuracy", share: accuracy },
});

function attempt(id: string, share: number, more: Partial<Attempt> = {}): Attempt {
  return {
    id,
    at: 1,
    key: "kept",
    beyond: false,
    unfinished: null,
    model: "one",
    recipe: { criterion: "l2" },
    plan: {
      method: "finetune",
      length: { steps: 1 },
      batch: 1,
      optimiser: { rule: "adamw" },
      rate: 0.1,
      schedule: "cosine",
      weightDecay: 0,
      smoothing: 0,
      labelShare: 0,
      augmentation: { flip: false, shift: 0, rotation: 0, jitter: 0 },
      seed: 1,
    },
    earlier: [],
    automatic: null,
    before: totals(1),
    totals: totals(share),
    left: left(share),
    original: quality(0.9),
    cut: quality(0.3),
    quality: quality(0.8),
    trainedOn: 100,
    judged: 40,
    least: null,
    run: null,
    times: { original: 8, own: 8 * share },
    test: null,
    compared: [],
    taught: false,
    fingerprint: null,
    ...more,
  };
}

const sweep: SweepCurve = {
  id: "swept",
  at: 2,
  model: "one",
  recipe: { criterion: "l1" },
  before: totals(1),
  original: quality(0.9),
  fingerprint: null,
  compared: [],
  taught: false,
  milliseconds: 8,
  points: [{ recipe: {}, totals: totals(0.5), left: left(0.5), quality: quality(0.6), milliseconds: 4 }],
};

describe("the models as curves", () => {
  test("one-shot, recovered and iterative stand side by side, one color a criterion", () => {
    const made = [
      attempt("a", 0.5),
      attempt("b", 0.4),
      attempt("c", 0.6, { run: "r", least: 0.8 }),
      attempt("d", 0.3, { run: "r", beyond: true, least: 0.8 }),
      attempt("e", 0.2, { run: "r", beyond: true, key: null, least: 0.8 }),
    ];
    const series = seriesOf(made, [sweep], "macs", () => "fine-tuned");
    expect(series.map(({ id, way, color, points }) => [id, way, color, points.length])).toEqual([
      ["sweep:swept", "one-shot", "l1, channels, global", 1],
      ["cut:l2, channels, global", "one-shot", "l2, channels, global", 2],
      ["recovered:l2, channels, global, fine-tuned", "recovered", "l2, channels, global", 2],
      ["run:r", "iterative", "l2, channels, global", 3],
    ]);
    const run = series.at(-1)!;
    expect(run.points.map(({ id, x, y, beyond, kept }) => [id, x, y, beyond, kept])).toEqual([
      ["c", 30, 0.8, false, true],
      ["d", 15, 0.8, true, true],
      ["e", 10, 0.8, true, false],
    ]);
    expect(run.points.map(({ name }) => name)).toEqual([
      expect.stringMatching(/, in rounds$/),
      expect.stringMatching(/, below the line$/),
      expect.stringMatching(/not kept$/),
    ]);
  });

  test("a mark for each method of recovery, in rounds and in turn as well", () => {
    const { plan } = attempt("some", 0.5);
    const by = (method: Plan["method"]) => ({ plan: { ...plan, method } });
    const made = [
      attempt("a", 0.5, by("finetune")),
      attempt("b", 0.4, by("distill")),
      attempt("c", 0.6, { ...by("distill"), run: "r" }),
      attempt("d", 0.5, { ...by("distill"), earlier: [plan] }),
    ];
    const series = seriesOf(made, [sweep], "macs", ({ plan, earlier }) => `${plan.method} after ${earlier.length}`);
    expect(series.map(({ way, mark, color }) => [way, mark, color.slice(0, 2)])).toEqual([
      ["one-shot", "cut", "l1"],
      ["one-shot", "cut", "l2"],
      ["recovered", "finetune", "l2"],
      ["recovered", "distill", "l2"],
      ["iterative", "distill", "l2"],
      ["recovered", "in-turn", "l2"],
    ]);
  });

  test("what was chosen automatically is a way of its own, whose cut alone can't be taken", () => {
    const automatic = { goal: { maxDrop: 0.02 }, entries: [], taken: 0, steps: [] };
    const series = seriesOf([attempt("a", 0.5, { automatic })], [], "macs", () => "");
    expect(series).toMatchObject([{ way: "recovered", mark: "in-turn", name: "automatic", points: [{ id: "a" }] }]);
  });

  test("a model stands on every axis where it was counted or measured", () => {
    const placed = { totals: totals(0.25), left: { sparsity: 0.7, macs: 0.2 }, milliseconds: 2 };
    expect(placeOn("sparsity", placed)).toBe(0.7);
    expect(placeOn("sparsity", { ...placed, left: null })).toBeNull();
    expect(placeOn("macs", placed)).toBe(12.5);
    expect(placeOn("parameters", placed)).toBe(250);
    expect(placeOn("bytes", placed)).toBe(1000);
    expect(placeOn("milliseconds", placed)).toBe(2);
    // One whose time is not known is left out where time is shown.
    const untimed = [attempt("old", 0.5, { times: null }), attempt("new", 0.5)];
    const points = seriesOf(untimed, [], "milliseconds", () => "x").flatMap((series) => series.points);
    expect(points.map(({ id }) => id)).toEqual(["new:cut", "new"]);
  });

  test("only what was measured on the same photos can be compared", () => {
    const on = (fingerprint: string) => comparabilityKey({ original: { pictures: 40, agreement: 1 }, fingerprint });
    expect(on("some")).toBe(on("some"));
    expect(on("some")).not.toBe(on("others"));
  });

  test("what an earlier version measured goes by how many photos there were, and how good the original was", () => {
    const old = (original: Metrics) => comparabilityKey({ original, fingerprint: null });
    expect(old(quality(0.9))).toBe(old({ pictures: 40, accuracy: 0.9, agreement: 1, kl: 0 }));
    expect(old(quality(0.9))).not.toBe(old(quality(0.85)));
    expect(old({ pictures: 40, agreement: 1 })).not.toBe(old({ pictures: 12, agreement: 1 }));
  });
});
