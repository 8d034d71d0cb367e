import { describe, expect, test, vi } from "vitest";
import type { ShrinkGoal } from "../../core/protocol";
import { settled } from "../../../tests/page/surroundings";
import { asked, called, core, opened, visit } from "../../../tests/page/visits";
import { coreError } from "../../../tests/page/core-double";
import { FIRST_RECIPE } from "../../state/decisions/decisions";
import { withAllKnown } from "../../state/kept/attempts";
import { reportOf } from "../../state/kept/automatic";
import type { Session } from "../../session/session.svelte";
import { say } from "../../text";

vi.mock("../../data/photo", () => import("../../../tests/page/photo"));

const GOAL: ShrinkGoal = { target: { macs: 0.75 } };
const shrink = (session: Session, goal: ShrinkGoal = GOAL) =>
  session.setup.shrink({ ...session.subject!, compared: [] }, goal);

describe("everything chosen automatically", () => {
  test("gives a model that is compared and taken home, and tells how it was made", async () => {
    const session = await opened();
    await shrink(session);
    await settled();
    expect(asked("shrink")).toEqual([GOAL]);
    expect([...session.results.recovered!.bytes]).toEqual([7, 1]);
    expect(called("runner.load").at(-1)).toEqual(["runner.load", "pruned"]);
    const [attempt] = session.results.attempts;
    expect(attempt).toMatchObject({
      // Of several steps, the first cut stands for the model, and the last training.
      recipe: { criterion: "divergence", granularity: "branch", target: { macs: 0.75 } },
      plan: { method: "distill" },
      earlier: [{ method: "reconstruct" }],
      original: { agreement: 1 },
      cut: { agreement: 0.55 },
      quality: { agreement: 0.9 },
      test: { quality: { agreement: 0.85 } },
      least: null,
      times: { original: 8, own: 5 },
    });
    const { entries, taken, steps, goal } = attempt!.automatic!;
    expect(goal).toEqual(GOAL);
    expect(entries.map((entry) => ("tried" in entry ? entry.tried.strategy : say(entry.reason)))).toEqual([
      "mostlyBranches",
      "no branches are left",
      "branches",
      "channels",
    ]);
    expect(taken).toBe(1);
    expect(steps.map((step) => ("cut" in step ? "cut" : step.recover.method))).toEqual([
      "cut",
      "reconstruct",
      "distill",
    ]);
    // As the command's report has it: only what was tried counts there.
    const report = JSON.parse(reportOf(attempt!.automatic!, attempt!)) as { tried: { strategy: string }[] };
    expect(report).toMatchObject({ goal: GOAL, taken: 1, before: { macs: 50_000 }, after: { macs: 37_500 } });
    expect(report.tried.map(({ strategy }) => strategy)).toEqual(["mostlyBranches", "branches", "channels"]);
  });

  test("trains by the visitor's settings, whatever the method that is chosen for a cut by hand", async () => {
    const session = await opened();
    const { wanted } = session.decisions.recovery;
    session.decideRecovery({ method: "recalibrate", seed: 9, wanted: { ...wanted, length: 20 } });
    await shrink(session);
    expect(asked("shrinkPlan")).toEqual([[false, { length: { steps: 20 }, seed: 9 }]]);
  });

  test("says what is being tried and what came of what was tried before, and then how the best is trained", async () => {
    const session = await opened();
    const { shrinking } = session.recovery;
    const { tryStrategy } = core.pieces;
    const seen: unknown[] = [];
    vi.spyOn(core.pieces, "tryStrategy").mockImplementation((strategy) => {
      const { work } = session.recovery;
      seen.push([shrinking.entries.length, work.state === "loading" ? work.progress.what : null]);
      return tryStrategy(strategy);
    });
    const release = core.hold("advance");
    const over = shrink(session);
    await settled();
    expect(seen).toEqual([
      [0, "Mostly branches, then channels (1 of 4): measuring the criterion on photos: 1 of 2"],
      [1, "Some branches, then mostly channels (2 of 4): measuring the criterion on photos: 1 of 2"],
      [2, "Branches only (3 of 4): measuring the criterion on photos: 1 of 2"],
      [3, "Channels only (4 of 4): measuring the criterion on photos: 1 of 2"],
    ]);
    expect(shrinking.trying).toBeNull();
    expect(session.recovery.from).toMatchObject({ what: "before", quality: { agreement: 0.7 } });
    expect(session.recovery.work).toMatchObject({ state: "loading", progress: { what: "Distilling" } });
    release();
    await over;
    expect(session.recovery.losses.map(({ step }) => step)).toEqual([1, 2, 3]);
  });

  test("that is stopped keeps the best of what was tried, untrained", async () => {
    const session = await opened();
    const { tryStrategy } = core.pieces;
    vi.spyOn(core.pieces, "tryStrategy").mockImplementation((strategy) => {
      if (strategy === "branches") session.recovery.stop();
      return tryStrategy(strategy);
    });
    await shrink(session);
    await settled();
    expect(called("advance")).toEqual([]);
    expect([...session.results.recovered!.bytes]).toEqual([7, 0]);
    const [attempt] = session.results.attempts;
    expect([attempt!.plan.method, attempt!.earlier]).toEqual(["reconstruct", []]);
    expect(attempt!.test).toMatchObject({ quality: { agreement: 0.85 } });
  });

  test("that is canceled, or whose worker dies, keeps nothing", async () => {
    const session = await opened();
    const release = core.hold("tryStrategy");
    const over = shrink(session);
    await settled();
    session.recovery.cancel();
    release();
    await over;
    expect(session.recovery.work).toMatchObject({ state: "failed", failure: { code: "canceled" } });
    core.fail("advance", coreError("crashed", "This part of the page stopped."));
    await shrink(session);
    expect(session.recovery.work).toMatchObject({ state: "failed", failure: { code: "crashed" } });
    expect(session.results.attempts).toEqual([]);
    core.fail("advance", null);
    await shrink(session);
    expect(session.results.attempts).toHaveLength(1);
  });

  test("whose worker dies while the best cut is trained leaves that cut, which is trained further by hand", async () => {
    const session = await opened();
    const { advance } = core.pieces;
    const dies = coreError("crashed", "This part of the page stopped.");
    vi.spyOn(core.pieces, "advance").mockImplementationOnce(advance).mockRejectedValueOnce(dies);
    await shrink(session);
    await settled();
    expect(session.recovery.work).toMatchObject({ state: "failed", failure: { code: "crashed" } });
    expect(session.recovery.checkpoint).toEqual({ done: 0, of: 3 });
    expect(session.results.recovered).toBeNull();
    const [attempt] = session.results.attempts;
    expect(attempt).toMatchObject({
      unfinished: { done: 0, of: 3 },
      cut: { agreement: 0.55 },
      quality: { agreement: 0.7 },
    });
    const { entries, taken, steps } = attempt!.automatic!;
    expect([entries.length, taken]).toEqual([4, 1]);
    expect(steps).toMatchObject([{ cut: { granularity: "branch" } }, { recover: { method: "reconstruct", seed: 1 } }]);

    const again = await visit();
    again.takeAttempt(again.results.attempts[0]!);
    await settled();
    expect([...again.results.recovered!.bytes]).toEqual([7]);
    again.decideRecovery({ method: "distill" });
    await again.setup.recover(again.recoveredInput!);
    await settled();
    expect(again.results.attempts.at(-1)!.automatic!.steps).toHaveLength(3);
  });

  test("leaves the model as it is where every cut loses too much", async () => {
    const session = await opened();
    await shrink(session, { maxDrop: 0 });
    await settled();
    expect(session.recovery.shrinking.missed).toEqual({ maxDrop: 0 });
    expect(session.recovery.work.state).toBe("empty");
    expect(session.results.attempts).toEqual([]);
    expect(session.results.recovered).toBeNull();
    expect(session.recovery.shrinking.entries).toHaveLength(4);
  });

  test("says how good a model must be that loses no more than is accepted", async () => {
    const session = await opened();
    await shrink(session, { maxDrop: 0.05 });
    expect(session.results.attempts).toMatchObject([{ least: 0.95, automatic: { goal: { maxDrop: 0.05 } } }]);
  });

  test("says why where no strategy is possible", async () => {
    const session = await opened();
    core.fail("tryStrategy", coreError("bad-recipe", "nothing can be removed"));
    await shrink(session);
    expect(session.recovery.work).toMatchObject({ state: "failed", failure: { message: "nothing can be removed" } });
    expect(session.isHere(session.recovery.job)).toBe(true);
  });

  test("is there after a reload, beside a cut that begins anew, and is taken again", async () => {
    const session = await opened();
    session.decideRecipe({ key: "page-cut-step-target", args: {} }, { target: { macs: 0.5 } });
    await settled();
    await shrink(session);
    await settled();
    expect(session.decisions.recipe).toEqual(FIRST_RECIPE);
    const again = await visit();
    expect([...again.results.recovered!.bytes]).toEqual([7, 1]);
    expect(again.results.recovered!.attempt.automatic!.entries).toHaveLength(4);
    again.dropRecovered();
    await settled();
    expect(again.results.recovered).toBeNull();
    again.takeAttempt(again.results.attempts[0]!);
    await settled();
    expect([...again.results.recovered!.bytes]).toEqual([7, 1]);
    // The cut by hand is one step back, as it was.
    for (let step = 0; step < 3; step++) again.history.undo();
    expect(again.decisions.recipe.target).toEqual({ macs: 0.5 });
    // Nothing has to be measured for it to be there.
    expect(called("measureCriterion")).toEqual([]);
  });

  test("is trained further by hand, which is one more of its steps", async () => {
    const session = await opened();
    await shrink(session);
    await settled();
    session.decideRecovery({ method: "finetune" });
    await session.setup.recover(session.recoveredInput!);
    await settled();
    const last = session.results.attempts.at(-1)!;
    expect(last.earlier.map(({ method }) => method)).toEqual(["reconstruct", "distill"]);
    const methods = last.automatic!.steps.map((step) => ("cut" in step ? "cut" : step.recover.method));
    expect(methods).toEqual(["cut", "reconstruct", "distill", "finetune"]);
    expect(session.decisions.recipe).toEqual(FIRST_RECIPE);
  });

  test("is of the model that was open when it began", async () => {
    const session = await opened();
    const release = core.hold("tryStrategy");
    const over = shrink(session);
    await settled();
    expect(session.queue.all.map(({ what }) => say(what))).toEqual(["Make “Small” smaller automatically"]);
    await session.openModel({ kind: "gallery", id: "small", sizes: { N: 2 } });
    await settled();
    release();
    await over;
    await settled();
    expect(session.results.attempts).toHaveLength(1);
    expect(session.results.recovered).toBeNull();
  });

  test("says where a worker that helps to train was lost", async () => {
    const session = await opened();
    core.loseHelper();
    await shrink(session);
    expect(session.recovery.remarks).toEqual([expect.stringContaining("worker")]);
  });
});

test("a model that an earlier version of the page kept was made by hand", async () => {
  const session = await opened();
  await shrink(session);
  const { automatic, ...old } = session.results.attempts[0]!;
  expect(automatic).not.toBeNull();
  expect(withAllKnown(old as never)).toMatchObject({ automatic: null });
});
