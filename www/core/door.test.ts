// @vitest-environment node
import { beforeEach, describe, expect, test } from "vitest";
import { FakeWorker } from "../../tests/page/fake-worker";
import { CoreError, Door } from "./door";

/** A module whose only function, `trap`, is `unreachable`. */
const TRAP = new Uint8Array([
  ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
  ...[1, 4, 1, 0x60, 0, 0],
  ...[3, 2, 1, 0],
  ...[7, 8, 1, 4, 0x74, 0x72, 0x61, 0x70, 0, 0],
  ...[10, 5, 1, 3, 0, 0, 11],
]);

/** What a worker offers in these tests: it remembers a number, and can go wrong. */
const makeApi = () => {
  let held = 0;
  return {
    hold: (number: number) => (held = number),
    held: () => held,
    refuse: () => Promise.reject(Object.assign(new Error("not today"), { name: "bad-input" })),
    trap: () => (new WebAssembly.Instance(new WebAssembly.Module(TRAP)).exports["trap"] as () => void)(),
    outgrow: () => Promise.reject(new RangeError("Array buffer allocation failed")),
    never: () => new Promise<number>(() => undefined),
  };
};
type Api = ReturnType<typeof makeApi>;

let workers: FakeWorker[];
let told: string[];
let restore: (api: never) => Promise<unknown>;

beforeEach(() => {
  workers = [];
  told = [];
  restore = () => Promise.resolve();
});

function open(): Door<Api> {
  return new Door<Api>({
    start: () => {
      const worker = new FakeWorker(makeApi());
      workers.push(worker);
      return worker as unknown as Worker;
    },
    restore: async (api) => void (await restore(api as never)),
    onRestart: (reason) => told.push(reason),
  });
}

const failure = (call: Promise<unknown>) =>
  call.then(
    () => expect.fail("it worked"),
    (error: CoreError) => error,
  );

describe("a door", () => {
  test("hands calls on, and refusals with their code", async () => {
    const door = open();
    expect(await door.call((api) => api.hold(4))).toBe(4);
    const error = await failure(door.call((api) => api.refuse()));
    expect(error).toMatchObject({ code: "bad-input", message: "not today" });
    // A refusal is no crash: the worker keeps what it holds.
    expect(await door.call((api) => api.held())).toBe(4);
    expect(workers).toHaveLength(1);
  });

  test.each(["trap", "outgrow"] as const)("starts a worker again after a real %s, with what it held", async (how) => {
    restore = (api: { hold(number: number): Promise<number> }) => api.hold(7);
    const door = open();
    const [error, other] = await Promise.all([
      failure(door.call<unknown>((api) => api[how]())),
      failure(door.call((api) => api.never())),
    ]);
    expect([error.code, other.code]).toEqual(["crashed", "crashed"]);
    expect(workers.map(({ isEnded }) => isEnded)).toEqual([true, false]);
    expect(told).toEqual([error.message]);
    expect(await door.call((api) => api.held())).toBe(7);
  });

  test("an error that escapes the worker counts as a crash, and only once", async () => {
    const door = open();
    const call = failure(door.call((api) => api.never()));
    await Promise.resolve();
    workers[0]!.crash();
    workers[0]!.crash();
    expect((await call).code).toBe("crashed");
    expect(workers).toHaveLength(2);
    expect(await door.call((api) => api.held())).toBe(0);
  });

  test("cancelling ends what is under way and restores the rest", async () => {
    restore = (api: { hold(number: number): Promise<number> }) => api.hold(9);
    const door = open();
    const call = failure(door.call((api) => api.never()));
    await Promise.resolve();
    door.cancel();
    expect((await call).code).toBe("cancelled");
    expect(await door.call((api) => api.held())).toBe(9);
  });

  test("what crashes while it is restored is given up, not tried without end", async () => {
    restore = (api: { trap(): Promise<void> }) => api.trap();
    const door = open();
    await failure(door.call((api) => api.trap()));
    expect(await door.call((api) => api.held())).toBe(0);
    expect(workers).toHaveLength(3);
  });

  test("calls wait until a restart has restored everything", async () => {
    let go: () => void = () => undefined;
    restore = async (api: { hold(number: number): Promise<number> }) => {
      await new Promise<void>((resolve) => (go = resolve));
      await api.hold(5);
    };
    const door = open();
    door.cancel();
    const held = door.call((api) => api.held());
    go();
    expect(await held).toBe(5);
  });
});
