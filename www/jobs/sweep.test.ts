import { describe, expect, test } from "vitest";
import { asked, core, opened, visit } from "../../tests/page/visits";
import type { TrainingItem } from "../data/sets/training-item";
import type { Session } from "../session/session.svelte";
import { message } from "../text/message";
import { SWEEP } from "./sweep.svelte";

const PHOTO: TrainingItem = {
  name: "a photo",
  folder: null,
  pixels: () => Promise.resolve({ data: new Uint8ClampedArray(4), width: 1, height: 1 }),
};

/** From now on a sweep is canceled when it asks for its third cut. */
function cancelsOnTheWay(session: Session): void {
  const { startLearner } = core;
  core.startLearner = () => {
    const made = startLearner();
    const { beginCut } = made.pieces;
    made.pieces.beginCut = (kept) => {
      if (kept < 0.75) session.sweep.cancel();
      return beginCut(kept);
    };
    return made;
  };
}

describe("a sweep", () => {
  test("measures cuts up to the recipe's limits and is there after a reload", async () => {
    const session = await opened();
    await session.sweep.run(session.subject!, [PHOTO]);
    const [curve] = session.sweeps.all;
    // Of those asked for, the double gives no cut that keeps less than a fifth.
    expect(curve!.points.map(({ quality }) => quality.agreement)).toEqual(SWEEP.filter((kept) => kept >= 0.2));
    expect(curve!.milliseconds).toBe(8);
    expect(asked("end")).toEqual(["dedicated 1"]);

    const again = await visit();
    expect(again.sweeps.all).toEqual([curve]);
  });

  test("tells how far it is while the criterion and the original are measured, and ends there when canceled", async () => {
    const session = await opened();
    const { startLearner } = core;
    const told: unknown[] = [];
    let canceled = false;
    core.startLearner = () => {
      const made = startLearner();
      const { prepare } = made.pieces;
      made.pieces.prepare = () => {
        told.push(session.sweep.work);
        if (told.length === 6) session.sweep.cancel();
        return prepare();
      };
      return { ...made, end: () => ((canceled = true), made.end()) };
    };
    await session.sweep.run(session.subject!, [PHOTO]);
    expect(told.slice(1)).toMatchObject([
      { progress: { what: "Measuring the criterion on photos: 3 of 3", share: 1 } },
      { progress: { what: "Measuring the original: 1 of 2", share: 0.5 } },
    ]);
    expect(session.sweeps.all).toHaveLength(1);

    canceled = false;
    await session.sweep.run(session.subject!, [PHOTO]);
    expect(canceled).toBe(true);
    expect(session.sweep.work).toMatchObject({ state: "failed", failure: { code: "canceled" } });
    expect(asked("dedicated.begin")).toEqual(["dedicated 1"]);
    // The curve that was there is still there.
    expect(session.sweeps.all).toHaveLength(1);
  });

  test("hangs on no seed, where sensitivity goes by the visitor's", async () => {
    const session = await opened();
    session.decideRecovery({ seed: 7 });
    await session.sweep.run(session.subject!, [PHOTO]);
    expect(asked("seed")).toEqual([]);
    await session.sensitivity.run(session.subject!, [PHOTO]);
    expect(asked("seed")).toEqual(asked("sensitivity").map(() => 7));
  });

  test("of another criterion stands beside, of the same takes its place", async () => {
    const session = await opened();
    await session.sweep.run(session.subject!, [PHOTO]);
    session.decideRecipe(message("page-cut-step-criterion"), { criterion: "l1" });
    await session.sweep.run(session.subject!, [PHOTO]);
    await session.sweep.run(session.subject!, [PHOTO]);
    expect(session.sweeps.all.map(({ recipe }) => recipe.criterion)).toEqual(["l2", "l1"]);
  });

  test("that is drawn again leaves the curve that was there until it has as many points", async () => {
    const session = await opened();
    await session.sweep.run(session.subject!, [PHOTO]);
    const [whole] = session.sweeps.all;
    const { startLearner } = core;
    cancelsOnTheWay(session);
    await session.sweep.run(session.subject!, [PHOTO]);
    expect(session.sweep.work.state).toBe("failed");
    expect(session.sweeps.all).toEqual([whole]);
    expect((await visit()).sweeps.all).toEqual([whole]);
    core.startLearner = startLearner;
    await session.sweep.run(session.subject!, [PHOTO]);
    expect(session.sweeps.all).toHaveLength(1);
    expect(session.sweeps.all[0]!.id).not.toBe(whole!.id);
  });

  test("of another recipe stands beside, whatever it differs in, and another target does not count", async () => {
    const session = await opened();
    for (const change of [{}, { floor: 4 }, { reduction: "sum" as const }, { target: { macs: 0.3 } }, { seed: 5 }]) {
      session.decideRecipe(message("page-cut-step-criterion"), change);
      await session.sweep.run(session.subject!, [PHOTO]);
    }
    expect(session.sweeps.all.map(({ recipe: { floor, reduction, seed } }) => [floor, reduction, seed])).toEqual([
      [undefined, undefined, undefined],
      [4, undefined, undefined],
      [4, "sum", undefined],
      [4, "sum", 5],
    ]);
    // Another window's curve stays beside them.
    const another = await visit();
    const before = another.sweeps.all.length;
    session.decideRecipe(message("page-cut-step-criterion"), { criterion: "l1" });
    await session.sweep.run(session.subject!, [PHOTO]);
    another.decideRecipe(message("page-cut-step-criterion"), { roundTo: 8 });
    await another.sweep.run(another.subject!, [PHOTO]);
    expect((await visit()).sweeps.all).toHaveLength(before + 2);
  });

  test("that is canceled keeps the cuts that were measured", async () => {
    const session = await opened();
    cancelsOnTheWay(session);
    await session.sweep.run(session.subject!, [PHOTO]);
    expect(session.sweep.work).toMatchObject({ state: "failed", failure: { code: "canceled" } });
    expect(session.sweeps.all[0]!.points.map(({ quality }) => quality.agreement)).toEqual([0.9, 0.8]);
  });
});
