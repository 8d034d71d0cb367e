import { describe, expect, test, vi } from "vitest";
import type { SearchGoal } from "../../core/protocol";
import { coreError, sentence } from "../../../tests/page/core-double";
import { file, settled } from "../../../tests/page/surroundings";
import { called, core, opened, visit } from "../../../tests/page/visits";
import type { TrainingItem } from "../../data/sets/training-item";
import { MOST_ATTEMPTS, remarkOn, type Attempt } from "../../state/kept/attempts";
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

const NONE = new Uint8Array();
const AIM: SearchGoal = { loss: 0.2, pace: "search" };
const plan = (session: Session) => core.learner.plan("distill", session.preset!);

describe("a budget search", () => {
  test("every round is on the list, the last one on this side is taken", async () => {
    const session = await opened();
    await session.recovery.search(session.recoveryInput!, [photo(null)], await plan(session), AIM);
    await settled();
    expect(session.results.attempts.map(({ beyond, quality }) => [beyond, quality.agreement])).toEqual([
      [false, 0.9],
      [true, 0.4],
    ]);
    expect([...session.results.recovered!.bytes]).toEqual([8]);
    expect(session.decisions.recipe.target).toEqual({ macs: 0.8 });
  });

  test("stands still while it is paused in its first round, and goes on to its end", async () => {
    const session = await opened();
    const begun = { stage: { judging: { done: 1, of: 4 } }, isOver: false, least: 0.8, bytes: NONE };
    const rounds = vi.spyOn(core.pieces, "round").mockImplementationOnce(() => {
      session.recovery.pause();
      return Promise.resolve(begun);
    });
    const over = session.recovery.search(session.recoveryInput!, [photo(null)], await plan(session), AIM);
    await settled();
    expect(rounds).toHaveBeenCalledTimes(1);
    expect(session.results.attempts).toEqual([]);
    expect(session.recovery.isBusy).toBe(true);
    session.recovery.resume();
    await over;
    await settled();
    expect(rounds).toHaveBeenCalledTimes(3);
    expect(session.results.attempts).toHaveLength(2);
  });

  test("says in which round learning ran away, and the model is on the list all the same", async () => {
    const session = await opened();
    const { round } = core.pieces;
    const diverged = "learning ran away at step 2";
    vi.spyOn(core.pieces, "round")
      .mockImplementationOnce(round)
      .mockImplementationOnce(async () => {
        const made = await round();
        const { judged } = made.stage as { judged: object };
        return { ...made, stage: { judged: { ...judged, diverged: sentence(diverged) } } as typeof made.stage };
      });
    await session.recovery.search(session.recoveryInput!, [photo(null)], await plan(session), AIM);
    await settled();
    expect(session.recovery.remarks).toEqual(["Round 2: learning ran away at step 2"]);
    expect(session.results.attempts.map(({ beyond }) => beyond)).toEqual([false, true]);
  });

  test("one beyond it is taken when it is asked for, after a reload too", async () => {
    const session = await opened();
    await session.recovery.search(session.recoveryInput!, [photo(null)], await plan(session), AIM);
    await settled();
    session.takeAttempt(session.results.attempts[1]!);
    await settled();
    expect([...session.results.recovered!.bytes]).toEqual([9]);
    expect(session.decisions.recipe.target).toEqual({ macs: 0.6 });

    const again = await visit();
    expect([...again.results.recovered!.bytes]).toEqual([9]);
    again.takeAttempt(again.results.attempts[0]!);
    await settled();
    expect([...again.results.recovered!.bytes]).toEqual([8]);
  });

  test("one of which an earlier version of the page kept no file stays, and is not taken", async () => {
    const session = await opened();
    await session.recovery.search(session.recoveryInput!, [photo(null)], await plan(session), AIM);
    await settled();
    const [kept, { beyond, unfinished, ...old }] = session.results.attempts as [Attempt, Attempt];
    expect([beyond, unfinished]).toEqual([true, null]);
    await session.storage.saveAttempts([kept, { ...old, key: null } as Attempt]);

    const again = await visit();
    const [, without] = again.results.attempts;
    expect(without).toMatchObject({ beyond: true, key: null, quality: { agreement: 0.4 } });
    expect(remarkOn(without!)).toContain("not kept");
    again.takeAttempt(without!);
    await settled();
    expect([...again.results.recovered!.bytes]).toEqual([8]);
  });

  test("what the visitor has set meanwhile stays, and the model is on the list", async () => {
    const session = await opened();
    const { round } = core.pieces;
    vi.spyOn(core.pieces, "round").mockImplementationOnce(() => {
      session.decideRecipe(message("page-cut-step-criterion"), { criterion: "l1" });
      return round();
    });
    await session.recovery.search(session.recoveryInput!, [photo(null)], await plan(session), AIM);
    await settled();
    expect(session.decisions.recipe).toMatchObject({ criterion: "l1", target: { macs: 1 } });
    expect(session.results.recovered).toBeNull();
    expect(session.notices.all.at(-1)).toMatchObject({ kind: "news", text: expect.stringContaining("in the list") });
    session.takeAttempt(session.results.attempts[0]!);
    await settled();
    expect([...session.results.recovered!.bytes]).toEqual([8]);
  });

  test("every round that is accepted is taken while nobody else moves the cut", async () => {
    const session = await opened();
    const { round } = core.pieces;
    const accepted = async (bytes: number[]) => {
      const made = await round();
      const { judged } = made.stage as { judged: object };
      const stage = { judged: { ...judged, accepted: true } } as typeof made.stage;
      return { ...made, stage, bytes: new Uint8Array(bytes), isOver: false };
    };
    const targets: unknown[] = [];
    vi.spyOn(core.pieces, "round")
      .mockImplementationOnce(() => accepted([1]))
      .mockImplementationOnce(async () => {
        await settled();
        targets.push(session.decisions.recipe.target);
        return accepted([2]);
      });
    await session.recovery.search(session.recoveryInput!, [photo(null)], await plan(session), AIM);
    await settled();
    expect([...targets, session.decisions.recipe.target]).toEqual([{ macs: 0.8 }, { macs: 0.6 }]);
    expect([...session.results.recovered!.bytes]).toEqual([2]);
  });

  test("the last word is on photos that nothing was chosen by, and times are told", async () => {
    const session = await opened();
    await session.recovery.search(session.recoveryInput!, [photo(null)], await plan(session), AIM);
    await settled();
    const [taken, beyond] = session.results.attempts;
    expect(taken).toMatchObject({ test: { quality: { agreement: 0.85 } }, times: { original: 8, own: 5 } });
    expect(taken!.run).toBe(beyond!.run);
    expect(beyond!.test).toBeNull();
    expect(session.results.recovered!.attempt.test).toEqual(taken!.test);
    expect(session.results.searches).toEqual([]);
  });

  test("rounds stay with their model when another is opened meanwhile", async () => {
    const session = await opened();
    const small = session.subject!.model;
    const { round } = core.pieces;
    vi.spyOn(core.pieces, "round")
      .mockImplementationOnce(async () => {
        await session.intake.openFile(file("other.onnx"));
        return round();
      })
      .mockImplementationOnce(() => {
        session.recovery.stop();
        return Promise.resolve({
          stage: { limit: sentence("no more") },
          isOver: false,
          least: 0,
          bytes: NONE,
          state: "stopped",
        });
      });
    await session.recovery.search(session.recoveryInput!, [photo(null)], await plan(session), AIM);
    await settled();
    expect(session.model.opened?.title).toBe("other.onnx");
    expect(session.results.attempts).toMatchObject([{ model: small, before: { macs: 50_000 }, test: { quality: {} } }]);
    expect(session.results.recovered).toBeNull();
    expect(session.results.searches).toMatchObject([{ model: small, rounds: 1 }]);

    await session.openModel({ kind: "gallery", id: "small", sizes: {} });
    await settled();
    expect(session.subject!.model).toBe(small);
    session.takeAttempt(session.results.attempts[0]!);
    await settled();
    expect([...session.results.recovered!.bytes]).toEqual([8]);
  });

  test("a criterion that looks at photos says how far it is", async () => {
    const session = await opened();
    const { round } = core.pieces;
    const scoring = { stage: { scoring: { done: 3, of: 4 } }, isOver: false, least: 0.8, bytes: new Uint8Array() };
    let told: unknown;
    vi.spyOn(core.pieces, "round")
      .mockResolvedValueOnce(scoring)
      .mockImplementationOnce(() => {
        told = session.recovery.work;
        return round();
      });
    await session.recovery.search(session.recoveryInput!, [photo(null)], await plan(session), AIM);
    expect(told).toMatchObject({ progress: { what: expect.stringContaining("Round 1: measuring"), share: 0.75 } });
    await settled();
    expect(session.results.attempts).toHaveLength(2);
  });

  test("says how far it is while a cut is measured", async () => {
    const session = await opened();
    const { round } = core.pieces;
    const judging = { stage: { judging: { done: 1, of: 4 } }, isOver: false, least: 0.8, bytes: NONE };
    let told: unknown;
    vi.spyOn(core.pieces, "round")
      .mockResolvedValueOnce(judging)
      .mockImplementationOnce(() => {
        told = session.recovery.work;
        return round();
      });
    await session.recovery.search(session.recoveryInput!, [photo(null)], await plan(session), AIM);
    expect(told).toMatchObject({ progress: { what: "Round 1: measuring the pruned model: 1 of 4", share: 0.25 } });
  });

  test("says how each round goes, and begins anew with the next", async () => {
    const session = await opened();
    const { round } = core.pieces;
    const rest = { isOver: false, least: 0.8, bytes: NONE };
    const learned = { hits: undefined, samples: 8, rate: 0.01, gradientNorm: 1 };
    const step = (done: number, of: number) => ({
      stage: { recovering: { done, of, learned: { ...learned, step: done, loss: 1 / done } } },
      ...rest,
    });
    const cut = (agreement: number) => ({ stage: { cut: { pictures: 4, agreement, kl: 1 } }, ...rest });
    const pieces = [cut(0.3), step(1, 2), step(2, 2), null, cut(0.2), step(1, 1), null];
    const told: unknown[] = [];
    vi.spyOn(core.pieces, "round").mockImplementation(async () => {
      const { from, losses, pace } = session.recovery;
      told.push([from?.quality.agreement, losses.map(({ loss }) => loss), pace === null]);
      return pieces[told.length - 1] ?? round();
    });
    await session.recovery.search(session.recoveryInput!, [photo(null)], await plan(session), AIM);
    expect(told).toEqual([
      [undefined, [], true],
      [0.3, [], true],
      [0.3, [1], false],
      [0.3, [1, 0.5], false],
      [undefined, [], true],
      [0.2, [], true],
      [0.2, [1], false],
    ]);
    expect(session.results.attempts).toHaveLength(2);
  });

  test("goes on after a reload from its last finished round", async () => {
    const session = await opened();
    // The worker dies in the second round.
    const { round } = core.pieces;
    const dies = coreError("crashed", "This part of the page stopped.");
    vi.spyOn(core.pieces, "round").mockImplementationOnce(round).mockRejectedValueOnce(dies);
    await session.recovery.search(session.recoveryInput!, [photo(null)], await plan(session), AIM);
    await settled();
    expect(session.recovery.work).toMatchObject({ state: "failed", failure: { code: "crashed" } });

    const again = await visit();
    expect(again.results.searches).toMatchObject([{ rounds: 1, state: "after 1" }]);
    await again.recovery.resumeSearch(again.results.searches[0]!, again.subject!, [photo(null)]);
    await settled();
    expect(called("resumeSearch")).toEqual([["resumeSearch", ["after 1", [8]]]]);
    expect(again.results.attempts.map(({ beyond, run }) => [beyond, run])).toEqual([
      [false, again.results.attempts[0]!.run],
      [true, again.results.attempts[0]!.run],
    ]);
    expect(again.results.searches).toEqual([]);
  });

  test("a search of another model leaves the one that can go on, and the list says when it is full", async () => {
    const session = await opened();
    const { round } = core.pieces;
    const stops = () => {
      session.recovery.stop();
      return round();
    };
    const search = async () => {
      vi.spyOn(core.pieces, "round").mockImplementationOnce(stops);
      await session.recovery.search(session.recoveryInput!, [photo(null)], await plan(session), AIM);
      await settled();
    };
    await search();
    const small = session.subject!.model;
    await session.intake.openFile(file("other.onnx"));
    await settled();
    await search();
    const again = await visit();
    expect(again.results.searchOf(small)).toMatchObject({ model: small, rounds: 1 });
    expect(again.results.searchOf(again.subject!.model)).toMatchObject({ model: again.subject!.model, rounds: 1 });

    const [one] = again.results.attempts;
    again.results.attempts = Array.from({ length: MOST_ATTEMPTS }, (_, at) => ({ ...one!, id: String(at) }));
    expect(again.notices.all).toEqual([]);
    await again.recovery.recover(again.recoveryInput!, [photo(null)], await plan(again));
    expect(again.notices.all).toMatchObject([{ text: expect.stringContaining("the oldest one was removed") }]);
  });

  test("a search on other photos is refused, and is still there", async () => {
    const session = await opened();
    const { round } = core.pieces;
    vi.spyOn(core.pieces, "round").mockImplementationOnce(() => {
      session.recovery.stop();
      return round();
    });
    await session.recovery.search(session.recoveryInput!, [photo(null)], await plan(session), AIM);
    await settled();
    core.fail("resumeSearch", coreError("bad-input", "these are not the photos that the search began with"));
    await session.recovery.resumeSearch(session.results.searches[0]!, session.subject!, [photo("cat")]);
    expect(session.recovery.work).toMatchObject({ state: "failed", failure: { code: "bad-input" } });
    expect(session.results.searches).toMatchObject([{ rounds: 1 }]);
    session.results.keepSearch(session.subject!.model, null);
    expect((await visit()).results.searches).toEqual([]);
  });
});
