import { describe, expect, test, vi } from "vitest";
import { coreError } from "../../tests/page/core-double";
import { file, settled } from "../../tests/page/surroundings";
import { called, core, opened, visit } from "../../tests/page/visits";
import type { Session } from "../session/session.svelte";
import { message } from "../text/message";

vi.mock("../data/photo", () => import("../../tests/page/photo"));

async function choose(session: Session, criterion: string): Promise<void> {
  session.decideRecipe(message("page-cut-step-criterion"), { criterion });
  await settled();
}

const lastCut = () => called("preview").at(-1)?.[1];

describe("a criterion that looks at photos", () => {
  test("is measured on the photos of the comparison, and then cut by", async () => {
    const session = await opened();
    await choose(session, "taylor");
    expect(called("add")).toHaveLength(1);
    expect(called("measureCriterion")).toEqual([["measureCriterion", "taylor"]]);
    expect(called("takeScores")).toEqual([
      ["takeScores", { criterion: "taylor", pictures: 1, against: "first-choice" }],
    ]);
    expect(lastCut()).toMatchObject({ criterion: "taylor" });
    expect(session.cut.packed).toMatchObject({ state: "ready", value: { of: { criterion: "taylor" } } });
    // Another target goes by the same scores.
    session.decideRecipe(message("page-cut-step-target"), { target: { macs: 0.4 } });
    await settled();
    expect(called("measureCriterion")).toHaveLength(1);
    expect(lastCut()).toMatchObject({ criterion: "taylor", target: { macs: 0.4 } });
  });

  test("leaves the cut as it was until it has been measured, and lets no recovery begin meanwhile", async () => {
    const session = await opened();
    const before = session.cut.packed;
    const release = core.hold("advanceScores");
    await choose(session, "fisher");
    session.tryRecipe({ target: { macs: 0.2 } });
    await settled();
    expect(session.measurement.work).toMatchObject({
      state: "loading",
      progress: { what: "Measuring the criterion on photos" },
    });
    expect(session.cut.packed).toBe(before);
    expect(session.recoveryInput).toBeNull();
    release();
    await settled();
    expect(lastCut()).toMatchObject({ criterion: "fisher" });
    session.history.undo();
    expect(session.recoveryInput).not.toBeNull();
  });

  test("that can't be measured says why, waits to be asked, and can be tried again", async () => {
    const session = await opened();
    core.fail("measureCriterion", coreError("bad-input", "“apoz” is measured on photos, and there are none"));
    await choose(session, "apoz");
    expect(session.measurement.work).toMatchObject({ state: "failed", failure: { code: "bad-input" } });
    expect(lastCut()).not.toMatchObject({ criterion: "apoz" });
    session.decideRecipe(message("page-cut-step-target"), { target: { macs: 0.4 } });
    await settled();
    expect(called("measureCriterion")).toHaveLength(1);
    core.fail("measureCriterion", null);
    await session.pruning.measureCriterion();
    await settled();
    expect(lastCut()).toMatchObject({ criterion: "apoz", target: { macs: 0.4 } });
  });

  test("gives way to another criterion", async () => {
    const session = await opened();
    const release = core.hold("advanceScores");
    await choose(session, "snip");
    await choose(session, "wanda");
    expect(core.calls).toContainEqual(["cancel", "learner"]);
    release();
    await settled();
    expect(called("takeScores").map(([, on]) => on)).toEqual([expect.objectContaining({ criterion: "wanda" })]);
    const again = core.hold("advanceScores");
    await choose(session, "movement");
    await choose(session, "l2");
    expect(lastCut()).toMatchObject({ criterion: "l2" });
    again();
    await settled();
    expect(called("takeScores")).toHaveLength(1);
    expect(session.measurement.work.state).toBe("empty");
  });

  test("and a search that goes on take turns with the learner, whoever is first", async () => {
    const session = await opened();
    const release = core.hold("advanceScores");
    await choose(session, "taylor");
    expect(session.learnerIsBusy).toBe(true);
    const plan = await core.learner.plan("distill", session.preset!);
    const search = { run: "r", model: session.subject!.model, recipe: session.recipe, plan, preset: session.preset! };
    const origin = { compared: [], taught: false };
    const begun = { ...search, origin, rounds: 1, state: "after 1", best: new Uint8Array() };
    const resume = () => session.recovery.resumeSearch(begun, session.subject!, session.trainingData.all);
    const waiting = resume();
    await settled();
    expect(session.recovery.work).toMatchObject({ progress: { what: expect.stringMatching(/^Waiting.*Taylor/) } });
    expect(called("gather")).toHaveLength(1);
    expect(called("resumeSearch")).toEqual([]);
    release();
    await waiting;
    expect(called("takeScores")).toHaveLength(1);
    expect(called("resumeSearch")).toHaveLength(1);
    expect(session.learnerIsBusy).toBe(false);

    const held = core.hold("round");
    const going = resume();
    await settled();
    await choose(session, "fisher");
    void session.pruning.measureCriterion();
    await settled();
    expect(session.measurement.work).toMatchObject({ progress: { what: expect.stringMatching(/^Waiting.*smallest/) } });
    session.decideRecipe(message("page-cut-step-criterion"), { criterion: "l1" });
    await settled();
    expect(called("gather")).toHaveLength(3);
    expect(called("cancel")).toEqual([]);
    held();
    await going;
    await settled();
    expect(session.recovery.work.state).toBe("empty");
    // What waited was withdrawn, and does not come up.
    expect(called("measureCriterion")).toHaveLength(1);
  });

  test("is measured again after a reload, and for another model", async () => {
    const session = await opened();
    await choose(session, "wanda");
    const again = await visit();
    expect(called("measureCriterion")).toHaveLength(2);
    expect(lastCut()).toMatchObject({ criterion: "wanda" });
    await again.intake.openFile(file("other.onnx"));
    await settled();
    expect(called("open").at(-1)).toEqual(["open", "other.onnx"]);
    expect(called("measureCriterion")).toHaveLength(3);
  });
});
