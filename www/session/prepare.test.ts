// @vitest-environment node
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { FakeWorker } from "../../tests/page/fake-worker";
import { connect } from "../core/client";
import { prepare } from "./prepare";

const MODEL = new Uint8Array([1]);
const PLAN = { seed: 1 } as never;

/** What the workers were asked, and whether the second photo takes without end. */
let asked: string[];
let hangs: boolean;
let learners: FakeWorker[];

/** A learner's worker without a thread of its own, which shows one photo of three a call, after one of the criterion's. */
class LearnerWorker extends FakeWorker {
  constructor(_: unknown, { name }: { name: string }) {
    let shown = 0;
    super({
      recover: () => void asked.push("recover"),
      prepare: () => {
        asked.push("prepare");
        shown += 1;
        if (hangs && shown === 2) return new Promise<never>(() => undefined);
        return shown === 1 ? { scoring: { done: 1, of: 1 } } : { measuring: { done: shown - 1, of: 3 } };
      },
    });
    if (name === "learner") learners.push(this);
  }
}

beforeEach(() => {
  asked = [];
  hangs = false;
  learners = [];
  vi.stubGlobal("Worker", LearnerWorker);
});
afterEach(() => vi.unstubAllGlobals());

describe("what is measured before work begins", () => {
  test("is asked for photo by photo, and told", async () => {
    const { learner } = connect();
    await learner.recover(MODEL, MODEL, PLAN, {});
    const told: unknown[] = [];
    await prepare(learner, "Measuring both", {
      onProgress: (what, { done, of }) => told.push([what, done, of]),
      unpaused: () => Promise.resolve(),
    });
    expect(told).toEqual([
      ["Measuring the criterion on photos", 1, 1],
      ["Measuring both", 1, 3],
      ["Measuring both", 2, 3],
      ["Measuring both", 3, 3],
    ]);
  });

  test("ends with its worker when it is cancelled, and another goes from the start", async () => {
    const core = connect();
    await core.learner.recover(MODEL, MODEL, PLAN, {});
    hangs = true;
    const told: number[] = [];
    const cancelled = prepare(core.learner, "Measuring both", {
      onProgress: (_, { done }) => told.push(done),
      unpaused: () => Promise.resolve(),
    });
    await vi.waitFor(() => expect(asked).toEqual(["recover", "prepare", "prepare"]));
    core.cancel("learner");
    await expect(cancelled).rejects.toMatchObject({ code: "cancelled" });
    expect(learners.map(({ isEnded }) => isEnded)).toEqual([true, false]);

    hangs = false;
    await core.learner.recover(MODEL, MODEL, PLAN, {});
    await prepare(core.learner, "Measuring both", {
      onProgress: (_, { done }) => told.push(done),
      unpaused: () => Promise.resolve(),
    });
    expect(told).toEqual([1, 1, 1, 2, 3]);
  });
});
