import { describe, expect, test, vi } from "vitest";
import { coreError } from "../../tests/page/core-double";
import { file, settled } from "../../tests/page/surroundings";
import { asked, called, core, opened } from "../../tests/page/visits";
import { say } from "../text";
import { message } from "../text/message";
import type { Session } from "../session/session.svelte";

vi.mock("../data/photo", () => import("../../tests/page/photo"));

async function openOther(session: Session): Promise<void> {
  await session.intake.openFile(file("other.onnx"));
  await settled();
}

const running = ({ queue }: Session) => queue.all.map(({ what }) => say(what));

describe("a job", () => {
  test("stays with the model that it was started on, and says so when another is open", async () => {
    const session = await opened();
    const release = core.hold("advance");
    const plan = await core.learner.plan("reconstruct", session.preset!);
    const recovering = session.recovery.recover(session.recoveryInput!, session.trainingData.all, plan);
    await settled();
    expect(running(session)).toEqual(["Recover “Small”"]);
    expect(session.isHere(session.recovery.job)).toBe(true);
    await openOther(session);
    expect(running(session)).toEqual(["Recover “Small”"]);
    expect(session.isHere(session.recovery.job)).toBe(false);
    release();
    await recovering;
    await settled();
    expect(session.queue.all).toEqual([]);
    expect(session.results.attempts.map(({ model }) => model)).toEqual(["gallery:small:{}"]);
  });

  test("that failed has failed on its model alone", async () => {
    const session = await opened();
    core.fail("beginProbe", coreError("bad-model", "the model's output holds values that are not numbers"));
    await session.sensitivity.run(session.subject!, session.trainingData.all);
    expect(session.sensitivity.work.state).toBe("failed");
    expect(session.isHere(session.sensitivity.job)).toBe(true);
    await openOther(session);
    expect(session.isHere(session.sensitivity.job)).toBe(false);
    session.history.undo();
    await settled();
    expect(session.isHere(session.sensitivity.job)).toBe(true);
  });

  test("that waits can be taken out before its turn, and what runs goes on", async () => {
    const session = await opened();
    const release = core.hold("advanceScores");
    session.decideRecipe(message("page-cut-step-criterion"), { criterion: "taylor" });
    await settled();
    const plan = await core.learner.plan("reconstruct", session.preset!);
    const { subject, trainingData } = session;
    const input = { ...subject!, pruned: new Uint8Array([1]), earlier: [], automatic: null };
    const recovering = session.recovery.recover(input, trainingData.all, plan);
    expect(running(session)).toEqual(["Measure the criterion Taylor for “Small”", "Recover “Small”"]);
    session.recovery.cancel();
    await recovering;
    expect(session.recovery.work.state).toBe("empty");
    expect(called("cancel")).toEqual([]);
    release();
    await settled();
    expect(session.measurement.work.state).toBe("ready");
    expect(called("recover")).toEqual([]);
  });
});

describe("shorter work is listed too", () => {
  test("re-packing, while it goes on", async () => {
    const release = core.hold("pack");
    const session = await opened();
    expect(running(session)).toEqual(["Re-pack “Small”"]);
    expect(session.cut.packed.state).toBe("loading");
    release();
    await settled();
    expect(session.queue.all).toEqual([]);
    expect(session.cut.packed.state).toBe("ready");
  });

  test("the comparison, which another model takes the place of and leaves nothing behind", async () => {
    const release = core.hold("runner.run");
    const session = await opened();
    expect(running(session)).toEqual(["Compare “Small” with its pruned version"]);
    const held = core.hold("preview");
    await openOther(session);
    expect(session.queue.all.map((job) => session.isHere(job))).toEqual([false]);
    release();
    await settled();
    expect(session.queue.all).toEqual([]);
    expect([...session.comparison.results]).toEqual([]);
    expect(session.comparison.summary.state).toBe("empty");
    held();
    await settled();
    expect(session.comparison.summary).toMatchObject({ state: "ready" });
  });

  test("the check in ONNX Runtime Web", async () => {
    core.fail("check", coreError("unsupported-operators", "node “odd” uses Strange"));
    const release = core.hold("peer.answer");
    const session = await opened();
    expect(running(session)).toEqual(["Check the pruned file of “Small” in ONNX Runtime Web"]);
    session.decideRecipe(message("page-cut-step-target"), { target: { macs: 0.4 } });
    await settled();
    // The one before it is of no use any more, and ends at its next step.
    expect(session.cut.external.work).toMatchObject({ progress: { what: expect.stringMatching(/^Waiting/) } });
    release();
    await settled();
    expect(session.queue.all).toEqual([]);
    expect(session.cut.packed).toMatchObject({ value: { check: { agrees: true } } });
  });

  test("spreading by sensitivity, which cuts no other model than its own", async () => {
    const session = await opened();
    await session.sensitivity.run(session.subject!, session.trainingData.all);
    const [known] = session.sensitivities.all;
    const release = core.hold("guide");
    const spreading = session.spreadBy(known!);
    await settled();
    expect(running(session)).toEqual(["Spread the pruning of “Small” by sensitivity"]);
    await openOther(session);
    const { recipe } = session.decisions;
    release();
    await spreading;
    expect(session.decisions.recipe).toEqual(recipe);
    expect(session.queue.all).toEqual([]);
  });

  test("drawing a layer, once it takes longer than half a second", async () => {
    const session = await opened();
    let release!: () => void;
    const held = new Promise<void>((resolve) => (release = resolve));
    vi.spyOn(core.cutter, "histogram").mockImplementation(() => held.then(() => Promise.reject(new Error("over"))));
    session.decide(message("page-network-step-select", { layer: "stem" }), { layer: 0 });
    await settled();
    expect(session.closeUp).not.toBeNull();
    expect(session.queue.all).toEqual([]);
    await new Promise((resolve) => setTimeout(resolve, 600));
    expect(running(session)).toEqual(["Draw layer stem of “Small”"]);
    release();
    await settled();
    expect(session.queue.all).toEqual([]);
  });
});

describe("a cut that waits for its criterion", () => {
  test("says what that waits for while another model is recovered, and comes after it", async () => {
    const session = await opened();
    session.decideRecipe(message("page-cut-step-criterion"), { criterion: "wanda" });
    await settled();
    const release = core.hold("advance");
    const plan = await core.learner.plan("reconstruct", session.preset!);
    const recovering = session.recovery.recover(session.recoveryInput!, session.trainingData.all, plan);
    await settled();
    await openOther(session);
    expect(session.cut.preview).toBeNull();
    expect(session.pruning.waits).toMatchObject({
      state: "loading",
      progress: { what: "Waiting for another job to finish: Recover “Small”" },
    });
    release();
    await recovering;
    await settled();
    expect(session.pruning.waits).toBeNull();
    expect(session.cut.packed).toMatchObject({ state: "ready", value: { of: { criterion: "wanda" } } });
    expect(asked("open").at(-1)).toBe("other.onnx");
  });

  test("waits no more where that can't come", async () => {
    const session = await opened();
    session.decideRecipe(message("page-cut-step-criterion"), { criterion: "wanda" });
    await settled();
    core.fail("measureCriterion", coreError("bad-input", "“wanda” is measured on photos, and there are none"));
    await openOther(session);
    expect(session.cut.preview).toBeNull();
    expect(session.pruning.waits).toMatchObject({ state: "failed", failure: { code: "bad-input" } });
    core.fail("measureCriterion", null);
    session.decideRecipe(message("page-cut-step-criterion"), { criterion: "l2" });
    await settled();
    expect(session.pruning.waits).toBeNull();
    expect(session.cut.preview).not.toBeNull();
  });
});

describe("a failure", () => {
  test("of a folder goes when the folder is replaced", async () => {
    const session = await opened();
    await session.trainingData.takeFiles([file("notes.txt")]);
    expect(session.trainingData.work.state).toBe("failed");
    await session.trainingData.takeFiles([file("cat.jpg", "image/jpeg")]);
    expect(session.trainingData.work.state).toBe("empty");
    expect(session.trainingData.all).toHaveLength(1);
  });

  test("of a model that can't be opened goes when another one opens", async () => {
    const session = await opened();
    core.fail("open", coreError("bad-model", "not an ONNX file"));
    await openOther(session);
    expect(session.model.attempt.state).toBe("failed");
    core.fail("open", null);
    await openOther(session);
    expect(session.model.attempt.state).toBe("empty");
  });
});
