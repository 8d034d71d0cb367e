// @vitest-environment node
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { FakeWorker } from "../../tests/page/fake-worker";
import { connect } from "../core/client";
import type { Progress } from "../core/protocol";
import { Driver } from "./driver.svelte";

const MODEL = new Uint8Array([1]);
const PLAN = { seed: 1 } as never;

/** What the workers were asked, and whether the second photo takes without end. */
let asked: string[];
let hangs: boolean;
let learners: FakeWorker[];

/** A learner's worker without a thread of its own, which shows one photo of three a step, after one of the criterion's. */
class LearnerWorker extends FakeWorker {
  constructor(_: unknown, { name }: { name: string }) {
    let shown = 0;
    super({
      recover: () => void asked.push("recover"),
      step: () => {
        asked.push("step");
        shown += 1;
        if (hangs && shown === 2) return new Promise<never>(() => undefined);
        if (shown === 5) return { done: {} };
        const progress: Progress =
          shown === 1 ? { phase: "scoring", done: 1, of: 1 } : { phase: "baseline", done: shown - 1, of: 3 };
        return { event: { progress } };
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

describe("a task in a worker", () => {
  test("is asked for photo by photo, and told", async () => {
    const { learner } = connect();
    await learner.recover(MODEL, MODEL, PLAN, {});
    const told: unknown[] = [];
    await new Driver().drive(learner, {
      progress: ({ phase, done, of }) => told.push([phase, done, of]),
    });
    expect(told).toEqual([
      ["scoring", 1, 1],
      ["baseline", 1, 3],
      ["baseline", 2, 3],
      ["baseline", 3, 3],
    ]);
  });

  test("ends with its worker when it is canceled, and another goes from the start", async () => {
    const core = connect();
    await core.learner.recover(MODEL, MODEL, PLAN, {});
    hangs = true;
    const told: number[] = [];
    const canceled = new Driver().drive(core.learner, { progress: ({ done }) => told.push(done) });
    await vi.waitFor(() => expect(asked).toEqual(["recover", "step", "step"]));
    core.cancel("learner");
    await expect(canceled).rejects.toMatchObject({ code: "canceled" });
    expect(learners.map(({ isEnded }) => isEnded)).toEqual([true, false]);

    hangs = false;
    await core.learner.recover(MODEL, MODEL, PLAN, {});
    await new Driver().drive(core.learner, { progress: ({ done }) => told.push(done) });
    expect(told).toEqual([1, 1, 1, 2, 3]);
  });

  test("stands still while it is paused, and ends there where it is canceled meanwhile", async () => {
    const core = connect();
    await core.learner.recover(MODEL, MODEL, PLAN, {});
    const driver = new Driver();
    const over = driver.drive(core.learner, { progress: ({ done }) => void (done === 2 && driver.pause()) });
    await vi.waitFor(() => expect(driver.paused).toBe(true));
    const steps = asked.length;
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(asked).toHaveLength(steps);
    driver.resume();
    expect(await over).toEqual({});

    await core.learner.recover(MODEL, MODEL, PLAN, {});
    driver.pause();
    const ended = driver.drive(core.learner, {});
    driver.cancel();
    await expect(ended).rejects.toMatchObject({ code: "canceled" });
    expect(asked.at(-1)).toBe("recover");
  });
});
