// @vitest-environment node
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { FakeWorker } from "../../tests/page/fake-worker";
import type { Share } from "../pkg/secateur";
import type { Found, MemberApi } from "./member.worker";
import { Team, type Leader } from "./team";

const share = (loss: number): Share => ({
  numbers: new Float32Array([loss]),
  loss,
  normalisedLoss: 1,
  progress: 0,
  samples: 1,
});

/** What each member was asked, by its number, and what it found: its number in hundreds and the batch. */
let asked: [member: number, what: string, argument: unknown][];
let workers: MemberWorker[];

/** A member's worker without a thread of its own. It learns nothing, but tells what it was asked. */
class MemberWorker extends FakeWorker {
  constructor() {
    let index = 0;
    let batch = 0;
    const api: MemberApi = {
      join: (lessons, _original, _sizes, at) => {
        index = at;
        asked.push([index, "join", lessons.plan.workers]);
        return Promise.resolve();
      },
      begin: (cut) => {
        asked.push([index, "begin", [...cut]]);
        batch = 1;
        return share(100 * index + batch);
      },
      step: (others: readonly Found[]) => {
        asked.push([index, "step", others.map(({ index, share: { loss } }) => [index, loss])]);
        batch += 1;
        return share(100 * index + batch);
      },
    };
    super(api);
    workers.push(this);
  }
}

/** A learner that finds 1, 2, 3 … and takes what it is given. */
function leader(workers: number): Leader & { learns: boolean; taken: [number, number][] } {
  let batch = 0;
  const taken: [number, number][] = [];
  return {
    workers,
    learns: true,
    taken,
    lessons: () => ({ plan: { workers } }) as never,
    share: () => share((batch += 1)),
    take: (index, { loss }) => void taken.push([index, loss]),
  };
}

const MODEL = new Uint8Array([1]);

beforeEach(() => {
  asked = [];
  workers = [];
  vi.stubGlobal("Worker", MemberWorker);
});
afterEach(() => {
  for (const worker of workers) worker.terminate();
  vi.unstubAllGlobals();
});

describe("a team", () => {
  test("shares out every step of each cut, and nobody misses what another found", async () => {
    const team = new Team();
    const learner = leader(3);
    await team.gather(learner, MODEL, {});
    for (const cut of [5, 6]) {
      team.begin(new Uint8Array([cut]));
      await team.share(learner);
      await team.share(learner);
    }
    await vi.waitFor(() => expect(asked.filter(([, what]) => what === "step")).toHaveLength(8));
    // What was found in the batch after a cut's last is dropped.
    expect(learner.taken).toEqual([101, 201, 102, 202, 101, 201, 102, 202].map((loss, at) => [1 + (at % 2), loss]));
    const first = asked.filter(([member]) => member === 1).map(([, what, argument]) => [what, argument]);
    const step = (own: number, other: number) => [
      "step",
      [
        [0, own],
        [2, other],
      ],
    ];
    expect(first).toEqual([
      ["join", 3],
      ["begin", [5]],
      step(1, 201),
      step(2, 202),
      ["begin", [6]],
      step(3, 201),
      step(4, 202),
    ]);
  });

  test("of one worker starts no other, and does nothing before what is no step of learning", async () => {
    const team = new Team();
    await team.gather(leader(1), MODEL, {});
    expect(workers).toEqual([]);

    const judging = leader(2);
    await team.gather(judging, MODEL, {});
    team.begin(MODEL);
    judging.learns = false;
    await team.share(judging);
    expect(judging.taken).toEqual([]);
  });

  test("whose member dies says so at the next step, and another gathering starts afresh", async () => {
    const team = new Team();
    const learner = leader(2);
    await team.gather(learner, MODEL, {});
    team.begin(MODEL);
    await team.share(learner);
    workers[0]!.terminate();
    workers[0]!.dispatchEvent(Object.assign(new Event("error"), { message: "killed by the test" }));
    await expect(team.share(learner)).rejects.toThrow("killed by the test");

    await team.gather(learner, MODEL, {});
    expect(workers.map(({ isEnded }) => isEnded)).toEqual([true, false]);
    team.begin(MODEL);
    await team.share(learner);
  });
});
