// @vitest-environment node
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { FakeWorker } from "../../tests/page/fake-worker";
import { RestartableWorker, type CoreError, type Remembered } from "./restartable-worker";

/** A module whose only function, `trap`, is `unreachable`. */
const TRAP = new Uint8Array([
  ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
  ...[1, 4, 1, 0x60, 0, 0],
  ...[3, 2, 1, 0],
  ...[7, 8, 1, 4, 0x74, 0x72, 0x61, 0x70, 0, 0],
  ...[10, 5, 1, 3, 0, 0, 11],
]);

/** The worker of these tests: it remembers a number, and can fail. */
const makeApi = () => {
  let held = 0;
  return {
    hold: (number: number) => (held = number),
    held: () => held,
    refuse: () => Promise.reject(Object.assign(new Error("not today"), { name: "bad-input" })),
    trap: () => (new WebAssembly.Instance(new WebAssembly.Module(TRAP)).exports["trap"] as () => void)(),
    outgrow: () => Promise.reject(new RangeError("Array buffer allocation failed")),
    never: () => new Promise<number>(() => undefined),
    /** Answers when called, in the way that the test chose. */
    follow: (named: string) => behaviors.get(named)?.(),
    put: (name: string, number: number) => void puts.push([workers.length, name, number]),
    clear: () => undefined,
  };
};
type Api = ReturnType<typeof makeApi>;

let workers: FakeWorker[];
let told: string[];
let behaviors: Map<string, () => unknown>;
/** What was sent, and to which worker. */
let puts: [worker: number, name: string, number: number][];
let all: RestartableWorker<Api>[];

beforeEach(() => {
  workers = [];
  told = [];
  behaviors = new Map();
  puts = [];
  all = [];
});
afterEach(() => {
  for (const worker of all) worker.end();
});

function open(...remembers: Remembered<Api>[]): RestartableWorker<Api> {
  const worker = new RestartableWorker<Api>({
    start: () => {
      const worker = new FakeWorker(makeApi());
      workers.push(worker);
      return worker as unknown as Worker;
    },
    remembers,
    onRestart: ({ message }) => told.push(message),
  });
  all.push(worker);
  return worker;
}

const failure = (call: Promise<unknown>) =>
  call.then(
    () => expect.fail("it worked"),
    (error: CoreError) => error,
  );

describe("a restartable worker", () => {
  test("hands calls on, and refusals with their code", async () => {
    const { calls } = open();
    expect(await calls.hold(4)).toBe(4);
    const error = await failure(calls.refuse());
    expect(error).toMatchObject({ code: "bad-input", said: { args: { reason: "not today" } } });
    // A rejected call is not a crash: the worker keeps its state.
    expect(await calls.held()).toBe(4);
    expect(workers).toHaveLength(1);
  });

  test.each(["trap", "outgrow"] as const)("starts again after a real %s, with what it held", async (how) => {
    const { calls } = open({ call: "hold" });
    await calls.hold(3);
    await calls.hold(7);
    const [error, other] = await Promise.all([failure(calls[how]()), failure(calls.never())]);
    expect([error.code, other.code]).toEqual(["crashed", "crashed"]);
    expect(workers.map(({ isEnded }) => isEnded)).toEqual([true, false]);
    expect(told).toEqual([error.message]);
    expect(await calls.held()).toBe(7);
  });

  test("an error that escapes the worker counts as a crash, and only once", async () => {
    const { calls } = open();
    const call = failure(calls.never());
    await Promise.resolve();
    workers[0]!.crash();
    workers[0]!.crash();
    expect((await call).code).toBe("crashed");
    expect(workers).toHaveLength(2);
    expect(await calls.held()).toBe(0);
  });

  test("cancelling ends what is under way and restores the rest", async () => {
    const worker = open({ call: "hold" });
    await worker.calls.hold(9);
    const call = failure(worker.calls.never());
    await Promise.resolve();
    worker.cancel();
    expect((await call).code).toBe("canceled");
    expect(await worker.calls.held()).toBe(9);
  });

  test("what crashes while it is restored is given up, not tried without end", async () => {
    const { calls } = open({ call: "follow" });
    await calls.follow("a trap");
    behaviors.set("a trap", makeApi().trap);
    await failure(calls.trap());
    expect(await calls.held()).toBe(0);
    expect(workers).toHaveLength(3);
  });

  test("calls wait until a restart has restored everything", async () => {
    let go: () => void = () => undefined;
    const worker = open({ call: "follow" }, { call: "hold" });
    await worker.calls.hold(5);
    await worker.calls.follow("a gate");
    const gate = new Promise<void>((resolve) => (go = resolve));
    behaviors.set("a gate", () => gate);
    worker.cancel();
    const held = worker.calls.held();
    go();
    expect(await held).toBe(5);
  });

  test("is given again what stands beside each other, and nothing that was forgotten", async () => {
    const worker = open({ call: "clear", forgets: ["put"] }, { call: "put", byFirst: true });
    const { calls } = worker;
    for (const [name, number] of [
      ["a", 1],
      ["b", 2],
      ["a", 3],
    ] as const)
      await calls.put(name, number);
    puts = [];
    worker.cancel();
    await calls.held();
    expect(puts).toEqual([
      [2, "a", 3],
      [2, "b", 2],
    ]);
    await calls.clear();
    await calls.put("c", 4);
    puts = [];
    worker.cancel();
    await calls.held();
    expect(puts).toEqual([[3, "c", 4]]);
  });

  test("is not started before it is needed, and not after its end", async () => {
    const worker = open();
    worker.cancel();
    expect([workers.length, told.length]).toEqual([0, 0]);
    worker.end();
    expect((await failure(worker.calls.held())).code).toBe("canceled");
    expect(workers).toEqual([]);
  });
});
