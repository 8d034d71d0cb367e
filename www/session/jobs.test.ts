import { describe, expect, test, vi } from "vitest";
import { coreError } from "../../tests/page/core-double";
import { file, settled } from "../../tests/page/surroundings";
import { asked, called, core, opened } from "../../tests/page/visits";
import { say } from "../text";
import { message } from "../text/message";
import type { Session } from "./session.svelte";

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
    await session.probing.probeLayers(session.subject!, session.trainingData.all);
    expect(session.probing.layersWork.state).toBe("failed");
    expect(session.isHere(session.probing.layersJob)).toBe(true);
    await openOther(session);
    expect(session.isHere(session.probing.layersJob)).toBe(false);
    session.undo();
    await settled();
    expect(session.isHere(session.probing.layersJob)).toBe(true);
  });

  test("that waits can be taken out before its turn, and what runs goes on", async () => {
    const session = await opened();
    const release = core.hold("advanceScores");
    session.decideRecipe(message("page-cut-step-criterion"), { criterion: "taylor" });
    await settled();
    const plan = await core.learner.plan("reconstruct", session.preset!);
    const { subject, trainingData } = session;
    const input = { ...subject!, pruned: new Uint8Array([1]), earlier: [] };
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
    expect(session.cutWaits).toMatchObject({
      state: "loading",
      progress: { what: "Waiting for another job to finish: Recover “Small”" },
    });
    release();
    await recovering;
    await settled();
    expect(session.cutWaits).toBeNull();
    expect(session.cut.packed).toMatchObject({ state: "ready", value: { of: { criterion: "wanda" } } });
    expect(asked("open").at(-1)).toBe("other.onnx");
  });

  test("waits no more where that can't come", async () => {
    const session = await opened();
    session.decideRecipe(message("page-cut-step-criterion"), { criterion: "wanda" });
    await settled();
    core.fail("beginScores", coreError("bad-input", "“wanda” is measured on pictures, and there are none"));
    await openOther(session);
    expect(session.cut.preview).toBeNull();
    expect(session.cutWaits).toMatchObject({ state: "failed", failure: { code: "bad-input" } });
    core.fail("beginScores", null);
    session.decideRecipe(message("page-cut-step-criterion"), { criterion: "l2" });
    await settled();
    expect(session.cutWaits).toBeNull();
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
