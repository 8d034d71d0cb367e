// @vitest-environment node
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { FakeWorker } from "../../tests/page/fake-worker";
import type { Gradients } from "../pkg/secateur";
import type { Found, ReplicaApi } from "./replica.worker";
import { DataParallelGroup, type Leader } from "./data-parallel-group";

const gradientsOf = (loss: number): Gradients => ({
  numbers: new Float32Array([loss]),
  loss,
  normalizedLoss: 1,
  progress: 0,
  samples: 1,
});

/** The calls to each replica, by its number, and its gradient: its number in hundreds plus that of the batch. */
let asked: [replica: number, what: string, argument: unknown][];
let workers: ReplicaWorker[];
/** The replica whose next step fails as if it had run out of memory. */
let exhausted: number | null;

/** A replica's worker without a thread of its own. It trains nothing, but records its calls. */
class ReplicaWorker extends FakeWorker {
  constructor() {
    let index = 0;
    let batch = 0;
    const api: ReplicaApi = {
      join: (data, _original, _sizes, at) => {
        index = at;
        asked.push([index, "join", data.plan.workers]);
        return Promise.resolve();
      },
      begin: (cut) => {
        asked.push([index, "begin", [...cut]]);
        batch = 1;
        return gradientsOf(100 * index + batch);
      },
      step: (others: readonly Found[]) => {
        asked.push([index, "step", others.map(({ index, gradients: { loss } }) => [index, loss])]);
        if (index === exhausted) throw Object.assign(new Error("unreachable"), { name: "RuntimeError" });
        batch += 1;
        return gradientsOf(100 * index + batch);
      },
    };
    super(api);
    workers.push(this);
  }
}

/** A replica's worker that can't use its training data. */
class RefusingWorker extends FakeWorker {
  constructor() {
    super({ join: () => Promise.reject(new Error("this is no training data")) });
  }
}

/** A learner whose gradients are 1, 2, 3 … and which accepts any from others. */
function leader(workers: number): Leader & { trains: boolean; taken: [number, number][] } {
  let batch = 0;
  const taken: [number, number][] = [];
  return {
    workers,
    trains: true,
    taken,
    trainingData: () => ({ plan: { workers } }) as never,
    gradients: () => gradientsOf((batch += 1)),
    take: (index, { loss }) => void taken.push([index, loss]),
  };
}

const MODEL = new Uint8Array([1]);

beforeEach(() => {
  asked = [];
  workers = [];
  exhausted = null;
  vi.stubGlobal("Worker", ReplicaWorker);
});
afterEach(() => {
  for (const worker of workers) worker.terminate();
  vi.unstubAllGlobals();
});

describe("a group", () => {
  test("shares out every step of each cut, and nobody misses what another found", async () => {
    const group = new DataParallelGroup(() => new Worker("replica"));
    const learner = leader(3);
    await group.gather(learner, MODEL, {});
    for (const cut of [5, 6]) {
      group.begin(new Uint8Array([cut]));
      await group.exchange(learner);
      await group.exchange(learner);
    }
    await vi.waitFor(() => expect(asked.filter(([, what]) => what === "step")).toHaveLength(8));
    // The gradient of the batch after a cut's last one is dropped.
    expect(learner.taken).toEqual([101, 201, 102, 202, 101, 201, 102, 202].map((loss, at) => [1 + (at % 2), loss]));
    const first = asked.filter(([replica]) => replica === 1).map(([, what, argument]) => [what, argument]);
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
    const group = new DataParallelGroup(() => new Worker("replica"));
    await group.gather(leader(1), MODEL, {});
    expect(workers).toEqual([]);

    const judging = leader(2);
    await group.gather(judging, MODEL, {});
    group.begin(MODEL);
    judging.trains = false;
    await group.exchange(judging);
    expect(judging.taken).toEqual([]);
  });

  /** A group of three, including the leader, after one training step. */
  async function begun() {
    const group = new DataParallelGroup(() => new Worker("replica"));
    const learner = leader(3);
    await group.gather(learner, MODEL, {});
    group.begin(MODEL);
    await group.exchange(learner);
    expect(learner.taken).toEqual([
      [1, 101],
      [2, 201],
    ]);
    return { group, learner };
  }
  const steps = (replica: number) =>
    asked.filter(([index, what]) => index === replica && what === "step").map(([, , others]) => others);

  test("whose replica dies goes on without it, and the learner's worker does not die of it", async () => {
    const { group, learner } = await begun();
    expect([group.isWhole, group.takeLost()]).toEqual([true, 0]);
    expect(workers[0]!.crash()).toBe(false);
    await group.exchange(learner);
    expect(workers.map(({ isEnded }) => isEnded)).toEqual([true, false]);
    expect([group.isWhole, group.takeLost(), group.takeLost()]).toEqual([false, 1, 0]);
    await group.exchange(learner);
    expect(learner.taken.slice(2)).toEqual([
      [2, 202],
      [2, 203],
    ]);
    // The remaining one follows the learner alone.
    await vi.waitFor(() => expect(steps(2).slice(1)).toEqual([[[0, 2]], [[0, 3]]]));

    // Its earlier gradient still counts.
    workers[1]!.crash();
    await group.exchange(learner);
    await group.exchange(learner);
    expect(group.takeLost()).toBe(1);
    // A learner without replicas exchanges nothing.
    learner.taken.length = 0;
    await group.exchange(learner);
    expect(learner.taken).toEqual([]);

    await group.gather(learner, MODEL, {});
    expect(group.isWhole).toBe(true);
    expect(workers.map(({ isEnded }) => isEnded)).toEqual([true, true, false, false]);
    group.begin(MODEL);
    await group.exchange(learner);
    expect(learner.taken.map(([index]) => index)).toEqual([1, 2]);
  });

  test("counts a replica as lost that has no memory left, and tells of any other error", async () => {
    exhausted = 2;
    const { group, learner } = await begun();
    await group.exchange(learner);
    expect(learner.taken.slice(2)).toEqual([[1, 102]]);
    expect([workers[1]!.isEnded, group.takeLost()]).toEqual([true, 1]);

    vi.stubGlobal("Worker", RefusingWorker);
    await expect(group.gather(leader(2), MODEL, {})).rejects.toThrow("this is no training data");
    expect(group.takeLost()).toBe(0);
  });
});
