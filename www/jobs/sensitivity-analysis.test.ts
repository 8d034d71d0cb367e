import { describe, expect, test, vi } from "vitest";
import { coreError } from "../../tests/page/core-double";
import { settled } from "../../tests/page/surroundings";
import { asked, core, opened, visit } from "../../tests/page/visits";
import type { TrainingItem } from "../data/sets/training-item";
import { isWhole, sensitivityOf } from "../state/kept/sensitivity";
import { message } from "../text/message";
import { LEVELS } from "./sensitivity-analysis.svelte";

const PHOTO: TrainingItem = {
  name: "a photo",
  folder: null,
  pixels: () => Promise.resolve({ data: new Uint8ClampedArray(4), width: 1, height: 1 }),
};

describe("a sensitivity analysis", () => {
  test("shares its cuts among workers, and survives a reload", async () => {
    const session = await opened();
    await session.sensitivity.run(session.subject!, [PHOTO]);
    const probes = asked("beginProbe") as [string, number][];
    expect(probes.map(([, index]) => index).sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(new Set(probes.map(([worker]) => worker)).size).toBeGreaterThan(1);
    const [known] = session.sensitivities.all;
    expect(isWhole(known!)).toBe(true);
    expect(known!.curves.curves[0]!.points.map(({ share, quality }) => [share, quality.agreement])).toEqual(
      LEVELS.map((level) => [level, 1 - level]),
    );
    const workers = new Set(asked("sensitivity"));
    expect(new Set(asked("end"))).toEqual(workers);

    const again = await visit();
    expect(again.sensitivities.all).toEqual([known]);
  });

  test("tells how far it is while the criterion and the original are measured, and pauses there", async () => {
    const session = await opened();
    const { startLearner } = core;
    const told: unknown[] = [];
    core.startLearner = () => {
      const made = startLearner();
      const { prepare } = made.pieces;
      made.pieces.prepare = async () => {
        if (told.length === 0) session.sensitivity.pause();
        const at = await prepare();
        told.push(session.sensitivity.work);
        return at;
      };
      return made;
    };
    const work = session.sensitivity.run(session.subject!, [PHOTO]);
    await settled();
    expect(told).toHaveLength(1);
    await settled();
    expect(told).toHaveLength(1);
    session.sensitivity.resume();
    await work;
    expect(told).toHaveLength(3);
    expect(told).toContainEqual(
      expect.objectContaining({ progress: { what: "Measuring the original: 1 of 2", share: 0.5 } }),
    );
    expect(isWhole(session.sensitivities.all[0]!)).toBe(true);
  });

  test("loses no cut of two that end at the same time, whichever is added first", async () => {
    const session = await opened();
    const { startLearner } = core;
    const release = core.hold("finishProbe");
    let added = 0;
    core.startLearner = () => {
      const made = startLearner();
      const withProbe: typeof made.withProbe = async (...probe) => {
        // The first one takes longer than those that end with it.
        if ((added += 1) === 1) await settled();
        return made.withProbe(...probe);
      };
      return { ...made, withProbe };
    };
    const work = session.sensitivity.run(session.subject!, [PHOTO]);
    await vi.waitFor(() => expect(new Set(asked("finishProbe").map(String)).size).toBeGreaterThan(1));
    release();
    await work;
    expect(session.sensitivity.work.state).toBe("empty");
    const points = (all: typeof session.sensitivities.all) =>
      all[0]!.curves.curves.map((curve) => curve.points.map(({ share }) => share));
    expect(points(session.sensitivities.all)).toEqual([[...LEVELS], [...LEVELS]]);
    expect(points((await visit()).sensitivities.all)).toEqual([[...LEVELS], [...LEVELS]]);
  });

  test("measures the original once, for all workers", async () => {
    const session = await opened();
    await session.sensitivity.run(session.subject!, [PHOTO]);
    const [first, ...others] = asked("sensitivity");
    expect(others.length).toBeGreaterThan(0);
    expect(new Set(asked("dedicated.prepare"))).toEqual(new Set([first]));
    expect(asked("found")).toEqual([first]);
    expect(asked("takeFound")).toEqual(others);
    expect(asked("beginLayers")).toEqual([first, ...others]);
  });

  test("tells how far a cut is measured, and pauses within it", async () => {
    const session = await opened();
    const { startLearner } = core;
    const shares: (number | null)[] = [];
    core.startLearner = () => {
      const made = startLearner();
      const { advanceProbe } = made.pieces;
      made.pieces.advanceProbe = async () => {
        const advance = await advanceProbe();
        const { work } = session.sensitivity;
        if (work.state === "loading") shares.push(work.progress.share);
        if (shares.length === 1) session.sensitivity.pause();
        return advance;
      };
      return made;
    };
    const work = session.sensitivity.run(session.subject!, [PHOTO]);
    await settled();
    const begun = asked("beginProbe").length;
    expect(asked("finishProbe")).toEqual([]);
    expect(asked("advanceProbe")).toHaveLength(begun);
    session.sensitivity.resume();
    await work;
    expect(asked("finishProbe")).toHaveLength(8);
    // Half of the first cuts is something already, and no later step goes back.
    const told = shares.slice(begun).map(Number);
    expect(told[0]).toBeGreaterThan(0);
    expect(told[0]).toBeLessThan(begun / 8);
    expect(told).toEqual(told.toSorted((one, other) => one - other));
  });

  test("pauses between two cuts and goes on", async () => {
    const session = await opened();
    const release = core.hold("beginProbe");
    const work = session.sensitivity.run(session.subject!, [PHOTO]);
    await vi.waitFor(() => expect(asked("beginProbe").length).toBeGreaterThan(0));
    session.sensitivity.pause();
    release();
    await settled();
    const begun = asked("beginProbe").length;
    expect(begun).toBeLessThan(8);
    await settled();
    expect(asked("beginProbe")).toHaveLength(begun);
    session.sensitivity.resume();
    await work;
    expect(asked("beginProbe")).toHaveLength(8);
  });

  test("that is canceled goes on from there when it is asked for again, after a reload too", async () => {
    const session = await opened();
    const { startLearner } = core;
    core.startLearner = () => {
      const made = startLearner();
      const probe = (index: number) => {
        if (index === 5) session.sensitivity.cancel();
        return made.probe(index);
      };
      return { ...made, probe };
    };
    await session.sensitivity.run(session.subject!, [PHOTO]);
    expect(session.sensitivity.work).toMatchObject({ state: "failed", failure: { code: "canceled" } });
    const { points } = session.sensitivities.all[0]!.curves.curves[0]!;
    expect(points.length).toBeGreaterThan(0);

    core.startLearner = startLearner;
    const again = await visit();
    const before = asked("beginProbe").length;
    await again.sensitivity.run(again.subject!, [PHOTO]);
    const missing = asked("beginProbe").slice(before);
    const kept = session.sensitivities.all[0]!.curves.curves.flatMap((curve) => curve.points).length;
    expect(missing).toHaveLength(8 - kept);
    expect(isWhole(again.sensitivities.all[0]!)).toBe(true);
  });

  test("of another criterion leaves what was measured, which is there when its criterion is chosen again", async () => {
    const session = await opened();
    await session.sensitivity.run(session.subject!, [PHOTO]);
    const [first] = session.sensitivities.all;
    session.decideRecipe(message("page-cut-step-criterion"), { criterion: "l1" });
    const { startLearner } = core;
    core.startLearner = () => {
      const made = startLearner();
      // What another criterion measured counts for nothing, as the core has it.
      return {
        ...made,
        sensitivity: (original, recipe, levels, seed, _, sizes) =>
          made.sensitivity(original, recipe, levels, seed, null, sizes),
      };
    };
    await session.sensitivity.run(session.subject!, [PHOTO]);
    expect(session.sensitivities.all.map(({ curves }) => curves.recipe.criterion)).toEqual(["l2", "l1"]);
    const of = (criterion: string) =>
      sensitivityOf(session.sensitivities.all, session.subject!.model, { ...session.recipe, criterion });
    expect(of("l2")).toEqual(first);
    expect(of("l1")!.curves.recipe.criterion).toBe("l1");
    expect(of("lamp")!.curves.recipe.criterion).toBe("l1");
    expect((await visit()).sensitivities.all).toHaveLength(2);
  });

  test("spreads the cut by one step that can be undone", async () => {
    const session = await opened();
    await session.sensitivity.run(session.subject!, [PHOTO]);
    await session.spreadBy(session.sensitivities.all[0]!);
    expect(session.recipe).toMatchObject({ allocation: "manual", layers: { stem: 0.5 } });
    session.history.undo();
    expect(session.recipe.allocation).toBe("global");
  });

  test("that fails says why and ends its workers", async () => {
    const session = await opened();
    core.fail("beginProbe", coreError("bad-model", "the model's output holds values that are not numbers"));
    await session.sensitivity.run(session.subject!, [PHOTO]);
    expect(session.sensitivity.work).toMatchObject({ state: "failed", failure: { code: "bad-model" } });
    expect(new Set(asked("end"))).toEqual(new Set(asked("sensitivity")));
  });
});
