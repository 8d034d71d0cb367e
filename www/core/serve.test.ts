// @vitest-environment node
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { RestartableWorker } from "./restartable-worker";
import { serve } from "./serve";

let channel: MessageChannel;

/** A class like the core's: its methods are on its prototype and use its fields. */
class Counter {
  #count = 0;
  /** Its last answer. */
  last = new Float32Array();
  add(by: number): number {
    return (this.#count += by);
  }
  levels(): { nested: { numbers: Float32Array }[]; same: Float32Array } {
    const numbers = (this.last = Float32Array.from([1, 2]));
    return { nested: [{ numbers }], same: numbers };
  }
  shown(): string {
    return "the class's";
  }
}
const own = { shown: () => "its own" };

/** The page's end of a worker whose global scope is the other end. */
class Served extends EventTarget {
  constructor() {
    super();
    channel.port1.onmessage = ({ data }) => this.dispatchEvent(new MessageEvent("message", { data }));
  }
  postMessage(message: unknown, transfer: never[]): void {
    channel.port1.postMessage(message, transfer);
  }
  terminate(): void {}
}

beforeEach(() => {
  channel = new MessageChannel();
  channel.port2.start();
  for (const name of ["addEventListener", "removeEventListener", "postMessage"] as const)
    vi.stubGlobal(name, channel.port2[name].bind(channel.port2));
});
afterEach(() => {
  channel.port1.close();
  vi.unstubAllGlobals();
});

test("a worker does what its classes can do, once they are made", async () => {
  const counter = new Counter();
  serve(new Promise((made) => setTimeout(() => made([own, counter]))));
  const { calls } = new RestartableWorker<Counter & typeof own>({ start: () => new Served() as unknown as Worker });
  expect(await calls.add(2)).toBe(2);
  expect(await calls.add(3)).toBe(5);
  expect(await calls.shown()).toBe("its own");
  // Typed arrays move out of the worker, however deeply nested and however often they occur.
  expect(await calls.levels()).toEqual(new Counter().levels());
  expect(counter.last).toHaveLength(0);
});
