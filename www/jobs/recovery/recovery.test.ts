import { IDBObjectStore } from "fake-indexeddb";
import { describe, expect, test, vi } from "vitest";
import type { SearchGoal } from "../../core/protocol";
import { coreError, sentence } from "../../../tests/page/core-double";
import { settled } from "../../../tests/page/surroundings";
import { called, core, opened, visit } from "../../../tests/page/visits";
import type { TrainingItem } from "../../data/sets/training-item";
import type { Session } from "../../session/session.svelte";
import { message } from "../../text/message";

vi.mock("../../data/photo", () => import("../../../tests/page/photo"));

const photo = (folder: string | null, fails = false): TrainingItem => ({
  name: "a photo",
  folder,
  pixels: () =>
    fails
      ? Promise.reject(new Error("“a photo” can't be read."))
      : Promise.resolve({ data: new Uint8ClampedArray(4), width: 1, height: 1 }),
});

const AIM: SearchGoal = { loss: 0.2, pace: "search" };
const plan = (session: Session) => core.learner.plan("distill", session.preset!);
/** A recovery that is measured at its ends only. */
const blindPlan = (session: Session) => core.learner.plan("reconstruct", session.preset!);

describe("a recovery", () => {
  test("gives a model that is compared and taken home in place of the cut", async () => {
    const session = await opened();
    await session.recovery.recover(
      session.recoveryInput!,
      [photo("cat"), photo("dog"), photo("cat")],
      await plan(session),
    );
    await settled();

    expect(called("gather")).toEqual([["gather", ["cat", "dog"]]]);
    expect(called("add").map(([, folder]) => folder)).toEqual(["cat", "dog", "cat"]);
    expect(session.recovery.losses.map(({ step }) => step)).toEqual([1, 2, 3]);
    expect([...session.results.recovered!.bytes]).toEqual([4, 2]);
    expect(session.results.attempts).toMatchObject([{ cut: { agreement: 0.25 }, quality: { agreement: 0.75 } }]);
    expect(called("runner.load").at(-1)).toEqual(["runner.load", "pruned"]);
  });

  test("that is paused can be canceled", async () => {
    const session = await opened();
    const over = session.recovery.recover(session.recoveryInput!, [photo(null)], await plan(session));
    session.recovery.pause();
    await settled();
    expect(session.recovery.isBusy).toBe(true);
    session.recovery.cancel();
    await over;
    expect(session.recovery.work).toMatchObject({ state: "failed", failure: { code: "canceled" } });
    expect(session.results.attempts).toEqual([]);
  });

  test("is there after a reload, leaves with another cut, and comes back with undo", async () => {
    const session = await opened();
    await session.recovery.recover(session.recoveryInput!, [photo(null)], await plan(session));
    await settled();

    const again = await visit();
    expect([...again.results.recovered!.bytes]).toEqual([4, 2]);

    again.decideRecipe(message("page-cut-step-target"), { target: { macs: 0.3 } });
    await settled();
    expect(again.results.recovered).toBeNull();
    expect(again.results.attempts).toHaveLength(1);
    again.history.undo();
    await settled();
    expect([...again.results.recovered!.bytes]).toEqual([4, 2]);
  });

  test("half-labeled photos have no labels, and one that can't be read is left out and named", async () => {
    const session = await opened();
    await session.recovery.recover(
      session.recoveryInput!,
      [photo("cat"), photo(null), photo("cat", true)],
      await plan(session),
    );
    expect(called("gather")).toEqual([["gather", []]]);
    expect(called("add").map(([, folder]) => folder)).toEqual([null, null]);
    expect(session.recovery.remarks).toEqual([expect.stringContaining("can't be")]);
  });

  test("says how far the last word is, and a cancel then keeps the model with what was measured", async () => {
    const session = await opened();
    const { advanceTrial } = core.pieces;
    const told: unknown[] = [];
    const measures = vi.spyOn(core.pieces, "advanceTrial").mockImplementation(() => {
      told.push(session.recovery.work);
      // The second of the two photos kept for the last word is not waited for.
      if (measures.mock.calls.length === 5) session.recovery.cancel();
      return advanceTrial();
    });
    await session.recovery.recover(session.recoveryInput!, [photo(null)], await blindPlan(session));
    await settled();
    expect(told[2]).toMatchObject({ progress: { what: expect.stringContaining("2 of 4"), share: 0.5 } });
    expect(session.results.attempts).toMatchObject([
      {
        quality: { agreement: 0.75, pictures: 4 },
        judged: 4,
        test: { before: { agreement: 0.25 }, quality: { agreement: 0.85, pictures: 1 } },
      },
    ]);
    expect(session.results.recovered).not.toBeNull();
    expect(session.recovery.remarks).toEqual([expect.stringContaining("first 1 of 2 photos")]);
    expect(session.recovery.work.state).toBe("empty");
    expect(called("cancel")).toEqual([]);
  });

  test("that is stopped has its last steps judged, and what ran away in them is told", async () => {
    const session = await opened();
    const { advance } = core.pieces;
    vi.spyOn(core.pieces, "advance").mockImplementationOnce(() => {
      session.recovery.stop();
      return advance();
    });
    const away = coreError("diverged", "learning ran away by its last step");
    vi.spyOn(core.pieces, "conclude").mockImplementationOnce(() => Promise.reject(away));
    await session.recovery.recover(session.recoveryInput!, [photo(null)], await blindPlan(session));
    await settled();
    expect(session.recovery.remarks[0]).toContain("ran away");
    expect(session.results.attempts).toHaveLength(1);
    expect(called("finish")).toHaveLength(1);
  });

  test("tells which inner values can't be matched", async () => {
    const session = await opened();
    const { begin } = core.pieces;
    const unmatched = "1 of 2 inner values can't be matched: “relu” (the pruned model computes no such value).";
    vi.spyOn(core.pieces, "begin").mockImplementation(async () => ({
      ...(await begin()),
      unmatched: sentence(unmatched),
    }));
    await session.recovery.recover(session.recoveryInput!, [photo(null)], await blindPlan(session));
    expect(session.recovery.remarks).toContain(unmatched);
  });

  test("that is canceled while its file is written is there all the same", async () => {
    const session = await opened();
    const { finish } = core.pieces;
    vi.spyOn(core.pieces, "finish").mockImplementationOnce(() => {
      session.recovery.cancel();
      return finish();
    });
    await session.recovery.recover(session.recoveryInput!, [photo(null)], await plan(session));
    await settled();
    expect(session.results.attempts).toMatchObject([{ quality: { pictures: 4 }, judged: 4 }]);
    expect(called("cancel")).toEqual([]);
  });

  test.each(["cancel", "stop"] as const)(
    "asked to %s while its file is being kept is there, and no photo is tested on",
    async (way) => {
      const session = await opened();
      const { kept } = session.storage;
      vi.spyOn(session.storage, "kept").mockImplementation((bytes) => {
        // What is kept on its way has one byte.
        if (bytes.length > 1) session.recovery[way]();
        return kept.call(session.storage, bytes);
      });
      await session.recovery.recover(session.recoveryInput!, [photo(null)], await plan(session));
      await settled();
      expect(session.results.attempts).toMatchObject([{ unfinished: null, quality: { pictures: 4 }, test: null }]);
      expect(session.results.recovered?.attempt.id).toBe(session.results.attempts[0]!.id);
      expect(session.recovery.work.state).toBe("empty");
      expect(session.recovery.remarks).toEqual([]);
      expect(called("beginTest")).toEqual([]);
      // Whatever comes next begins with a fresh worker.
      expect(called("cancel")).toEqual([["cancel", "learner"]]);
      vi.restoreAllMocks();
      await session.recovery.recover(session.recoveryInput!, [photo(null)], await plan(session));
      expect(session.results.attempts.at(-1)!.test).not.toBeNull();
    },
  );

  test("that is canceled while the photos to choose by are shown is there, measured on those that were", async () => {
    const session = await opened();
    const { advanceTrial } = core.pieces;
    vi.spyOn(core.pieces, "advanceTrial").mockImplementationOnce(() => {
      session.recovery.cancel();
      return advanceTrial();
    });
    await session.recovery.recover(session.recoveryInput!, [photo(null)], await blindPlan(session));
    await settled();
    expect(session.results.attempts).toMatchObject([{ quality: { pictures: 1 }, judged: 1, test: null }]);
    expect(called("judge")).toHaveLength(1);
    expect(called("beginTest")).toEqual([]);
  });

  test("tells how far it is while both models are measured, and does not begin before", async () => {
    const session = await opened();
    const { prepare } = core.pieces;
    const told: unknown[] = [];
    vi.spyOn(core.pieces, "prepare").mockImplementation(() => {
      told.push(session.recovery.work);
      expect(called("begin")).toEqual([]);
      return prepare();
    });
    await session.recovery.recover(session.recoveryInput!, [photo(null)], await plan(session));
    expect(told).toHaveLength(2);
    expect(told[1]).toMatchObject({ progress: { what: "Measuring both models: 1 of 2", share: 0.5 } });
    expect(session.recovery.beginning).toMatchObject({ original: { agreement: 1 }, pruned: { agreement: 0.25 } });
  });

  test("tells how many of the photos it learns from it gets right, as the core counted by each judgment", async () => {
    const session = await opened();
    const { advance } = core.pieces;
    const accuracies = [1 / 4, 2 / 4, 0];
    vi.spyOn(core.pieces, "advance").mockImplementation(async () => {
      const at = await advance();
      return { ...at, accuracy: accuracies[at.done - 1]! };
    });
    const usual = await plan(session);
    await session.recovery.recover(session.recoveryInput!, [photo(null)], { ...usual, method: "finetune", batch: 4 });
    // The last step is followed by the judgment on what came out.
    expect(session.recovery.judgments.map(({ step, learned }) => [step, learned])).toEqual([
      [1, 1 / 4],
      [2, 2 / 4],
    ]);
  });

  test("that is canceled while both models are measured leaves nothing behind", async () => {
    const session = await opened();
    const { prepare } = core.pieces;
    vi.spyOn(core.pieces, "prepare").mockImplementationOnce(() => {
      session.recovery.cancel();
      return prepare();
    });
    await session.recovery.recover(session.recoveryInput!, [photo(null)], await plan(session));
    expect(session.recovery.work).toMatchObject({ state: "failed", failure: { code: "canceled" } });
    expect(called("cancel")).toEqual([["cancel", "learner"]]);
    expect(called("begin")).toEqual([]);
    expect(session.results.attempts).toEqual([]);
  });

  test("tells how far each judgment on the way is, and a stop ends that as well", async () => {
    const session = await opened();
    const { advanceTrial } = core.pieces;
    const told: unknown[] = [];
    const measures = vi.spyOn(core.pieces, "advanceTrial").mockImplementation(() => {
      told.push(session.recovery.work);
      // In the middle of the second judgment.
      if (measures.mock.calls.length === 6) session.recovery.stop();
      return advanceTrial();
    });
    await session.recovery.recover(session.recoveryInput!, [photo(null)], await plan(session));
    expect(told[1]).toMatchObject({
      progress: { what: "Distilling: 1 of 3, measuring photo 1 of 4", share: expect.closeTo(1 / 3) },
    });
    expect(session.recovery.judgments).toEqual([
      { step: 1, quality: expect.objectContaining({ agreement: 0.5 }), learned: null },
    ]);
    expect(called("advance")).toHaveLength(2);
    // What came out is measured all the same, on all photos.
    expect(session.results.attempts).toMatchObject([{ quality: { agreement: 0.5, pictures: 4 } }]);
  });

  test("that was better on its way than at its end keeps what was better, and says so", async () => {
    const session = await opened();
    const { finish } = core.pieces;
    const better = { pictures: 4, agreement: 0.9, kl: 0.1 };
    vi.spyOn(core.pieces, "finish")
      .mockImplementationOnce(async () => ({ ...(await finish()), kept: 2, quality: better }))
      .mockImplementationOnce(async () => ({ ...(await finish()), kept: 0, quality: better }));
    await session.recovery.recover(session.recoveryInput!, [photo(null)], await plan(session));
    expect(session.recovery.remarks).toEqual([expect.stringContaining("better after step 2")]);
    expect(session.results.attempts).toMatchObject([{ quality: { agreement: 0.9 } }]);
    await session.recovery.recover(session.recoveryInput!, [photo(null)], await plan(session));
    expect(session.recovery.remarks).toEqual([expect.stringContaining("stays as it was before recovery")]);
  });

  test("goes on from the recovered model where that is asked for, and says by what it was recovered before", async () => {
    const session = await opened();
    expect(session.recoveredInput).toBeNull();
    await session.recovery.recover(session.recoveryInput!, [photo(null)], await blindPlan(session));
    await settled();
    expect([...session.recoveredInput!.pruned]).toEqual([4, 2]);
    await session.recovery.recover(session.recoveredInput!, [photo(null)], await plan(session));
    await settled();
    const [first, second] = session.results.attempts;
    expect(first!.earlier).toEqual([]);
    expect(second).toMatchObject({ plan: { method: "distill" }, earlier: [{ method: "reconstruct" }] });
    expect(session.results.recovered!.attempt.id).toBe(second!.id);
  });

  test("that runs away keeps the last good weights and says so", async () => {
    const session = await opened();
    core.fail("advance", coreError("diverged", "learning ran away at step 2"));
    await session.recovery.recover(session.recoveryInput!, [photo(null)], await plan(session));
    await settled();
    expect(session.recovery.remarks).toEqual(["learning ran away at step 2"]);
    expect(session.results.attempts).toHaveLength(1);
  });

  /** A recovery that the third step ends, after two judgments. */
  async function endsInMidStep(session: Session, end: () => unknown): Promise<void> {
    const { advance } = core.pieces;
    const steps = vi.spyOn(core.pieces, "advance").mockImplementation(async () => {
      if (steps.mock.calls.length === 3) await end();
      return advance();
    });
    await session.recovery.recover(session.recoveryInput!, [photo(null)], await plan(session));
    steps.mockRestore();
    await settled();
  }
  const crash = () => Promise.reject(coreError("crashed", "This part of the page stopped."));

  test("whose worker dies in mid-step leaves the best so far, which is taken and gone on from, after a reload too", async () => {
    const session = await opened();
    await endsInMidStep(session, crash);
    expect(session.recovery.work).toMatchObject({ state: "failed", failure: { code: "crashed" } });
    expect(session.recovery.checkpoint).toMatchObject({ done: 2, of: 3 });
    const left = { unfinished: { done: 2, of: 3 }, quality: { agreement: 0.5 }, cut: { agreement: 0.25 }, test: null };
    expect(session.results.attempts).toMatchObject([left]);
    // It is kept, but what the visitor looks at stays.
    expect(session.results.recovered).toBeNull();

    const again = await visit();
    expect(again.results.attempts).toMatchObject([left]);
    again.takeAttempt(again.results.attempts[0]!);
    await settled();
    expect([...again.results.recovered!.bytes]).toEqual([2]);
    expect([...again.recoveredInput!.pruned]).toEqual([2]);
    await again.recovery.recover(again.recoveredInput!, [photo(null)], await plan(again));
    await settled();
    expect(again.recovery.checkpoint).toBeNull();
    expect(again.results.attempts.map(({ unfinished, earlier }) => [unfinished?.done, earlier.length])).toEqual([
      [2, 0],
      [undefined, 1],
    ]);
  });

  test("that is canceled in mid-step leaves the best so far too", async () => {
    const session = await opened();
    await endsInMidStep(session, () => {
      session.recovery.cancel();
      return Promise.reject(coreError("canceled", "Canceled."));
    });
    expect(session.recovery.work).toMatchObject({ state: "failed", failure: { code: "canceled" } });
    expect(session.results.attempts).toMatchObject([{ unfinished: { done: 2, of: 3 } }]);
  });

  test("keeps one model on its way, and that gives way to what comes out", async () => {
    const session = await opened();
    const forget = vi.spyOn(session.storage, "forget");
    const listed: unknown[] = [];
    const { advance } = core.pieces;
    vi.spyOn(core.pieces, "advance").mockImplementation(() => {
      listed.push(session.results.attempts.map(({ unfinished }) => unfinished?.done));
      return advance();
    });
    await session.recovery.recover(session.recoveryInput!, [photo(null)], await plan(session));
    await settled();
    expect(listed).toEqual([[], [1], [2]]);
    expect(called("checkpoint").map(([, after]) => after)).toEqual([0, 1]);
    expect(session.results.attempts).toMatchObject([{ unfinished: null, quality: { agreement: 0.75 } }]);
    expect([...session.results.recovered!.bytes]).toEqual([4, 2]);
    // Their files are gone as well.
    expect(forget).toHaveBeenCalledTimes(2);
    for (const [key] of forget.mock.calls)
      await expect(session.storage.bytes(key)).rejects.toThrow("page-error-bytes-gone");
  });

  test("leaves a model of its way that was taken meanwhile where it is", async () => {
    const session = await opened();
    const { advance } = core.pieces;
    const steps = vi.spyOn(core.pieces, "advance").mockImplementation(async () => {
      if (steps.mock.calls.length === 2) session.takeAttempt(session.results.attempts[0]!);
      await settled();
      return advance();
    });
    await session.recovery.recover(session.recoveryInput!, [photo(null)], await plan(session));
    await settled();
    expect(session.results.attempts.map(({ unfinished }) => unfinished?.done)).toEqual([1, undefined]);
    expect([...session.results.recovered!.bytes]).toEqual([1]);
  });

  test("leaves it where it is as well where it is taken while the next one is being kept, which is tested all the same", async () => {
    const session = await opened();
    const kept = session.storage.kept.bind(session.storage);
    const keeps = vi.spyOn(session.storage, "kept").mockImplementation(async (bytes) => {
      const key = await kept(bytes);
      if (keeps.mock.calls.length === 3) session.takeAttempt(session.results.attempts[0]!);
      await settled();
      return key;
    });
    await session.recovery.recover(session.recoveryInput!, [photo(null)], await plan(session));
    await settled();
    expect(session.results.attempts.map(({ unfinished, test }) => [unfinished?.done, test?.quality.agreement])).toEqual(
      [
        [2, undefined],
        [undefined, 0.85],
      ],
    );
    expect([...session.results.recovered!.bytes]).toEqual([2]);
  });

  test("puts its model on the list once the database has both the file and the list", async () => {
    const session = await opened();
    const { storage, results } = session;
    const listed: number[] = [];
    const kept = storage.kept.bind(storage);
    vi.spyOn(storage, "kept").mockImplementation(async (bytes) => {
      const key = await kept(bytes);
      await settled();
      listed.push(results.attempts.length);
      return key;
    });
    const saveAttempts = storage.saveAttempts.bind(storage);
    vi.spyOn(storage, "saveAttempts").mockImplementationOnce(async (attempts) => {
      await saveAttempts(attempts);
      await settled();
      listed.push(results.attempts.length);
    });
    await session.recovery.recover(session.recoveryInput!, [photo(null)], await blindPlan(session));
    expect(listed).toEqual([0, 0]);
    expect(results.attempts).toHaveLength(1);
  });

  test("whose file the browser has lost is not taken, and is to be recovered again", async () => {
    const session = await opened();
    await session.recovery.recover(session.recoveryInput!, [photo(null)], await blindPlan(session));
    await settled();
    const [attempt] = session.results.attempts;
    session.dropRecovered();
    await settled();
    session.storage.forget(attempt!.key!);
    session.takeAttempt(attempt!);
    await settled();
    expect(session.results.recovered).toBeNull();
    expect(session.decisions.recovered).toBeNull();
    expect(session.notices.all.at(-1)!.text).toBe("The browser no longer has this recovered model. Recover it again.");
  });

  test("puts its model on the list and says that it won't be kept where the database refuses it", async () => {
    const session = await opened();
    const put = vi.spyOn(IDBObjectStore.prototype, "put").mockImplementation(() => {
      throw new DOMException("no room", "QuotaExceededError");
    });
    await session.recovery.recover(session.recoveryInput!, [photo(null)], await blindPlan(session));
    await settled();
    expect([...session.results.recovered!.bytes]).toEqual([4, 2]);
    // In this visit it is there all the same.
    session.decideRecipe(message("page-cut-step-target"), { target: { macs: 0.3 } });
    await settled();
    expect(session.results.recovered).toBeNull();
    session.takeAttempt(session.results.attempts[0]!);
    await settled();
    put.mockRestore();
    expect([...session.results.recovered!.bytes]).toEqual([4, 2]);
    expect(session.recoveredInput).not.toBeNull();
    expect(session.notices.all.filter(({ kind }) => kind === "trouble")).toMatchObject([
      { text: expect.stringContaining("will be lost when you reload") as string },
    ]);
  });

  test("in a tab that sleeps says so once, and counts no time but that in which it learned", async () => {
    const session = await opened();
    let clock = Date.now();
    vi.spyOn(Date, "now").mockImplementation(() => clock);
    const { advance } = core.pieces;
    const sleeps = [0, 40_000, 20_000];
    vi.spyOn(core.pieces, "advance").mockImplementation(() => {
      clock += sleeps.shift()!;
      document.dispatchEvent(new Event("resume"));
      clock += 500;
      return advance();
    });
    const twoASecond = { ...(await plan(session)), batch: 1 };
    await session.recovery.recover(session.recoveryInput!, [photo(null)], twoASecond);
    vi.mocked(Date.now).mockRestore();
    expect(session.recovery.pace).toEqual({ photos: 2, left: 0 });
    expect(session.recovery.remarks).toEqual([
      "This tab slept for 60\u00a0s. Training then continued where it had stopped.",
    ]);
    // What is not at work does not listen.
    document.dispatchEvent(new Event("resume"));
    expect(session.recovery.remarks).toHaveLength(1);
  });

  test("that loses a worker that helped says so, and goes on", async () => {
    const session = await opened();
    const { advance } = core.pieces;
    vi.spyOn(core.pieces, "advance").mockImplementationOnce(() => {
      core.loseHelper();
      return advance();
    });
    await session.recovery.recover(session.recoveryInput!, [photo(null)], await plan(session));
    expect(session.recovery.remarks).toEqual([expect.stringContaining("1 training worker stopped")]);
    expect(session.results.attempts).toMatchObject([{ unfinished: null }]);

    core.loseHelper();
    await session.recovery.search(session.recoveryInput!, [photo(null)], await plan(session), AIM);
    expect(session.recovery.remarks).toEqual([expect.stringContaining("1 training worker")]);
    expect(session.results.attempts).toHaveLength(3);
  });

  test("that fails leaves the cut as it was", async () => {
    const session = await opened();
    core.fail("recover", coreError("bad-input", "there are too few photos"));
    await session.recovery.recover(session.recoveryInput!, [photo(null)], await plan(session));
    await settled();
    expect(session.recovery.work).toMatchObject({ state: "failed", failure: { message: "there are too few photos" } });
    expect(session.results.recovered).toBeNull();
    expect(session.recovery.isBusy).toBe(false);
  });

  test("pauses, goes on, and ends early with what there is", async () => {
    const session = await opened();
    session.recovery.pause();
    const release = core.hold("gather");
    const work = session.recovery.recover(session.recoveryInput!, [photo(null)], await plan(session));
    session.recovery.pause();
    release();
    await settled();
    expect(called("advance")).toEqual([]);
    session.recovery.stop();
    await work;
    await settled();
    expect(called("finish")).toHaveLength(1);
    expect(session.results.attempts).toHaveLength(1);
  });
});
