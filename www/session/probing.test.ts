import { describe, expect, test, vi } from "vitest";
import { coreError } from "../../tests/page/core-double";
import { settled } from "../../tests/page/surroundings";
import { asked, core, opened, visit } from "../../tests/page/visits";
import { isWhole, sensitivityOf } from "../state/kept/sensitivity";
import type { TrainingItem } from "../data/sets/training-item";
import { LEVELS, SWEEP } from "./probing.svelte";
import type { Session } from "./session.svelte";
import { message } from "../text/message";

const PHOTO: TrainingItem = {
  name: "a photo",
  folder: null,
  pixels: () => Promise.resolve({ data: new Uint8ClampedArray(4), width: 1, height: 1 }),
};

/** From now on a sweep is cancelled when it asks for its third cut. */
function cancelsOnTheWay(session: Session): void {
  const { prober } = core;
  core.prober = () => {
    const made = prober();
    const { beginCut } = made.pieces;
    made.pieces.beginCut = (kept) => {
      if (kept < 0.75) session.probing.cancelSweep();
      return beginCut(kept);
    };
    return made;
  };
}

describe("a sweep", () => {
  test("measures cuts up to the recipe's limits and is there after a reload", async () => {
    const session = await opened();
    await session.probing.sweep(session.subject!, [PHOTO]);
    const [curve] = session.probing.sweeps;
    // Of those asked for, the double gives no cut that keeps less than a fifth.
    expect(curve!.points.map(({ quality }) => quality.agreement)).toEqual(SWEEP.filter((kept) => kept >= 0.2));
    expect(curve!.milliseconds).toBe(8);
    expect(asked("end")).toEqual(["prober 1"]);

    const again = await visit();
    expect(again.probing.sweeps).toEqual([curve]);
  });

  test("tells how far it is while the criterion and the original are measured, and ends there when cancelled", async () => {
    const session = await opened();
    const { prober } = core;
    const told: unknown[] = [];
    let cancelled = false;
    core.prober = () => {
      const made = prober();
      const { prepare } = made.pieces;
      made.pieces.prepare = () => {
        told.push(session.probing.sweepWork);
        if (told.length === 6) session.probing.cancelSweep();
        return prepare();
      };
      return { ...made, end: () => ((cancelled = true), made.end()) };
    };
    await session.probing.sweep(session.subject!, [PHOTO]);
    expect(told.slice(1)).toMatchObject([
      { progress: { what: "Measuring the criterion on photos: 3 of 3", share: 1 } },
      { progress: { what: "Measuring the original: 1 of 2", share: 0.5 } },
    ]);
    expect(session.probing.sweeps).toHaveLength(1);

    cancelled = false;
    await session.probing.sweep(session.subject!, [PHOTO]);
    expect(cancelled).toBe(true);
    expect(session.probing.sweepWork).toMatchObject({ state: "failed", failure: { code: "cancelled" } });
    expect(asked("prober.begin")).toEqual(["prober 1"]);
    // The curve that was there is still there.
    expect(session.probing.sweeps).toHaveLength(1);
  });

  test("hangs on no seed, where sensitivity goes by the visitor's", async () => {
    const session = await opened();
    session.decideRecovery({ seed: 7 });
    await session.probing.sweep(session.subject!, [PHOTO]);
    expect(asked("seed")).toEqual([]);
    await session.probing.probeLayers(session.subject!, [PHOTO]);
    expect(asked("seed")).toEqual(asked("sensitivity").map(() => 7));
  });

  test("of another criterion stands beside, of the same takes its place", async () => {
    const session = await opened();
    await session.probing.sweep(session.subject!, [PHOTO]);
    session.decideRecipe(message("page-cut-step-criterion"), { criterion: "l1" });
    await session.probing.sweep(session.subject!, [PHOTO]);
    await session.probing.sweep(session.subject!, [PHOTO]);
    expect(session.probing.sweeps.map(({ recipe }) => recipe.criterion)).toEqual(["l2", "l1"]);
  });

  test("that is drawn again leaves the curve that was there until it has as many points", async () => {
    const session = await opened();
    await session.probing.sweep(session.subject!, [PHOTO]);
    const [whole] = session.probing.sweeps;
    const { prober } = core;
    cancelsOnTheWay(session);
    await session.probing.sweep(session.subject!, [PHOTO]);
    expect(session.probing.sweepWork.state).toBe("failed");
    expect(session.probing.sweeps).toEqual([whole]);
    expect((await visit()).probing.sweeps).toEqual([whole]);
    core.prober = prober;
    await session.probing.sweep(session.subject!, [PHOTO]);
    expect(session.probing.sweeps).toHaveLength(1);
    expect(session.probing.sweeps[0]!.id).not.toBe(whole!.id);
  });

  test("of another recipe stands beside, whatever it differs in, and another target does not count", async () => {
    const session = await opened();
    for (const change of [{}, { floor: 4 }, { reduction: "sum" as const }, { target: { macs: 0.3 } }, { seed: 5 }]) {
      session.decideRecipe(message("page-cut-step-criterion"), change);
      await session.probing.sweep(session.subject!, [PHOTO]);
    }
    expect(session.probing.sweeps.map(({ recipe: { floor, reduction, seed } }) => [floor, reduction, seed])).toEqual([
      [undefined, undefined, undefined],
      [4, undefined, undefined],
      [4, "sum", undefined],
      [4, "sum", 5],
    ]);
    // Another window's curve stays beside them.
    const another = await visit();
    const before = another.probing.sweeps.length;
    session.decideRecipe(message("page-cut-step-criterion"), { criterion: "l1" });
    await session.probing.sweep(session.subject!, [PHOTO]);
    another.decideRecipe(message("page-cut-step-criterion"), { roundTo: 8 });
    await another.probing.sweep(another.subject!, [PHOTO]);
    expect((await visit()).probing.sweeps).toHaveLength(before + 2);
  });

  test("that is cancelled keeps the cuts that were measured", async () => {
    const session = await opened();
    cancelsOnTheWay(session);
    await session.probing.sweep(session.subject!, [PHOTO]);
    expect(session.probing.sweepWork).toMatchObject({ state: "failed", failure: { code: "cancelled" } });
    expect(session.probing.sweeps[0]!.points.map(({ quality }) => quality.agreement)).toEqual([0.9, 0.8]);
  });
});

describe("sensitivity", () => {
  test("shares the probes out over workers, and survives a reload", async () => {
    const session = await opened();
    await session.probing.probeLayers(session.subject!, [PHOTO]);
    const probes = asked("beginProbe") as [string, number][];
    expect(probes.map(([, index]) => index).sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(new Set(probes.map(([worker]) => worker)).size).toBeGreaterThan(1);
    const [known] = session.probing.sensitivities;
    expect(isWhole(known!)).toBe(true);
    expect(known!.curves.curves[0]!.points.map(({ share, quality }) => [share, quality.agreement])).toEqual(
      LEVELS.map((level) => [level, 1 - level]),
    );
    const workers = new Set(asked("sensitivity"));
    expect(new Set(asked("end"))).toEqual(workers);

    const again = await visit();
    expect(again.probing.sensitivities).toEqual([known]);
  });

  test("tells how far it is while the criterion and the original are measured, and pauses there", async () => {
    const session = await opened();
    const { prober } = core;
    const told: unknown[] = [];
    core.prober = () => {
      const made = prober();
      const { prepare } = made.pieces;
      made.pieces.prepare = async () => {
        if (told.length === 0) session.probing.pause();
        const at = await prepare();
        told.push(session.probing.layersWork);
        return at;
      };
      return made;
    };
    const work = session.probing.probeLayers(session.subject!, [PHOTO]);
    await settled();
    expect(told).toHaveLength(1);
    await settled();
    expect(told).toHaveLength(1);
    session.probing.resume();
    await work;
    expect(told).toHaveLength(3);
    expect(told).toContainEqual(
      expect.objectContaining({ progress: { what: "Measuring the original: 1 of 2", share: 0.5 } }),
    );
    expect(isWhole(session.probing.sensitivities[0]!)).toBe(true);
  });

  test("loses no probe of two that end at the same time, whichever is added first", async () => {
    const session = await opened();
    const { prober } = core;
    const release = core.hold("finishProbe");
    let added = 0;
    core.prober = () => {
      const made = prober();
      const withProbe: typeof made.withProbe = async (...probe) => {
        // The first one takes longer than those that end with it.
        if ((added += 1) === 1) await settled();
        return made.withProbe(...probe);
      };
      return { ...made, withProbe };
    };
    const work = session.probing.probeLayers(session.subject!, [PHOTO]);
    await vi.waitFor(() => expect(new Set(asked("finishProbe").map(String)).size).toBeGreaterThan(1));
    release();
    await work;
    expect(session.probing.layersWork.state).toBe("empty");
    const points = (all: typeof session.probing.sensitivities) =>
      all[0]!.curves.curves.map((curve) => curve.points.map(({ share }) => share));
    expect(points(session.probing.sensitivities)).toEqual([[...LEVELS], [...LEVELS]]);
    expect(points((await visit()).probing.sensitivities)).toEqual([[...LEVELS], [...LEVELS]]);
  });

  test("measures the original once, for all workers", async () => {
    const session = await opened();
    await session.probing.probeLayers(session.subject!, [PHOTO]);
    const [first, ...others] = asked("sensitivity");
    expect(others.length).toBeGreaterThan(0);
    expect(new Set(asked("prober.prepare"))).toEqual(new Set([first]));
    expect(asked("found")).toEqual([first]);
    expect(asked("takeFound")).toEqual(others);
    expect(asked("beginLayers")).toEqual([first, ...others]);
  });

  test("tells how far a cut is measured, and pauses within it", async () => {
    const session = await opened();
    const { prober } = core;
    const shares: (number | null)[] = [];
    core.prober = () => {
      const made = prober();
      const { advanceProbe } = made.pieces;
      made.pieces.advanceProbe = async () => {
        const advance = await advanceProbe();
        const { layersWork } = session.probing;
        if (layersWork.state === "loading") shares.push(layersWork.progress.share);
        if (shares.length === 1) session.probing.pause();
        return advance;
      };
      return made;
    };
    const work = session.probing.probeLayers(session.subject!, [PHOTO]);
    await settled();
    const begun = asked("beginProbe").length;
    expect(asked("finishProbe")).toEqual([]);
    expect(asked("advanceProbe")).toHaveLength(begun);
    session.probing.resume();
    await work;
    expect(asked("finishProbe")).toHaveLength(8);
    // Half of the first cuts is something already, and no later step goes back.
    const told = shares.slice(begun).map(Number);
    expect(told[0]).toBeGreaterThan(0);
    expect(told[0]).toBeLessThan(begun / 8);
    expect(told).toEqual(told.toSorted((one, other) => one - other));
  });

  test("pauses between two probes and goes on", async () => {
    const session = await opened();
    const release = core.hold("beginProbe");
    const work = session.probing.probeLayers(session.subject!, [PHOTO]);
    await vi.waitFor(() => expect(asked("beginProbe").length).toBeGreaterThan(0));
    session.probing.pause();
    release();
    await settled();
    const begun = asked("beginProbe").length;
    expect(begun).toBeLessThan(8);
    await settled();
    expect(asked("beginProbe")).toHaveLength(begun);
    session.probing.resume();
    await work;
    expect(asked("beginProbe")).toHaveLength(8);
  });

  test("that is cancelled goes on from there when it is asked for again, after a reload too", async () => {
    const session = await opened();
    const { prober } = core;
    core.prober = () => {
      const made = prober();
      const probe = (index: number) => {
        if (index === 5) session.probing.cancelLayers();
        return made.probe(index);
      };
      return { ...made, probe };
    };
    await session.probing.probeLayers(session.subject!, [PHOTO]);
    expect(session.probing.layersWork).toMatchObject({ state: "failed", failure: { code: "cancelled" } });
    const { points } = session.probing.sensitivities[0]!.curves.curves[0]!;
    expect(points.length).toBeGreaterThan(0);

    core.prober = prober;
    const again = await visit();
    const before = asked("beginProbe").length;
    await again.probing.probeLayers(again.subject!, [PHOTO]);
    const missing = asked("beginProbe").slice(before);
    const kept = session.probing.sensitivities[0]!.curves.curves.flatMap((curve) => curve.points).length;
    expect(missing).toHaveLength(8 - kept);
    expect(isWhole(again.probing.sensitivities[0]!)).toBe(true);
  });

  test("of another criterion leaves what was measured, which is there when its criterion is chosen again", async () => {
    const session = await opened();
    await session.probing.probeLayers(session.subject!, [PHOTO]);
    const [first] = session.probing.sensitivities;
    session.decideRecipe(message("page-cut-step-criterion"), { criterion: "l1" });
    const { prober } = core;
    core.prober = () => {
      const made = prober();
      // What another criterion measured counts for nothing, as the core has it.
      return {
        ...made,
        sensitivity: (original, recipe, levels, seed, _, sizes) =>
          made.sensitivity(original, recipe, levels, seed, null, sizes),
      };
    };
    await session.probing.probeLayers(session.subject!, [PHOTO]);
    expect(session.probing.sensitivities.map(({ curves }) => curves.recipe.criterion)).toEqual(["l2", "l1"]);
    const of = (criterion: string) =>
      sensitivityOf(session.probing.sensitivities, session.subject!.model, { ...session.recipe, criterion });
    expect(of("l2")).toEqual(first);
    expect(of("l1")!.curves.recipe.criterion).toBe("l1");
    expect(of("lamp")!.curves.recipe.criterion).toBe("l1");
    expect((await visit()).probing.sensitivities).toHaveLength(2);
  });

  test("guides the cut by one step that can be undone", async () => {
    const session = await opened();
    await session.probing.probeLayers(session.subject!, [PHOTO]);
    const { curves } = session.probing.sensitivities[0]!;
    const guided = await session.probing.guide(session.subject!, curves);
    session.decide(message("page-recover-step-spread"), { recipe: guided });
    expect(session.recipe).toMatchObject({ allocation: "manual", layers: { stem: 0.5 } });
    session.undo();
    expect(session.recipe.allocation).toBe("global");
  });

  test("that fails says why and ends its workers", async () => {
    const session = await opened();
    core.fail("beginProbe", coreError("bad-model", "the model's output holds values that are not numbers"));
    await session.probing.probeLayers(session.subject!, [PHOTO]);
    expect(session.probing.layersWork).toMatchObject({ state: "failed", failure: { code: "bad-model" } });
    expect(new Set(asked("end"))).toEqual(new Set(asked("sensitivity")));
  });
});
