import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { WakingClock } from "./waking-clock";

const START = 1_700_000_000_000;
let slept: number[];
let clock: WakingClock;

/** The machine's clock goes on, and nothing in the page does. */
const pass = (milliseconds: number) => vi.setSystemTime(Date.now() + milliseconds);
const happens = (event: string) => document.dispatchEvent(new Event(event));
const hide = (hidden: boolean) => {
  vi.spyOn(document, "hidden", "get").mockReturnValue(hidden);
  happens("visibilitychange");
};

beforeEach(() => {
  vi.useFakeTimers({ now: START });
  slept = [];
  clock = new WakingClock((milliseconds) => slept.push(milliseconds));
  clock.start();
});
afterEach(() => {
  clock.end();
  vi.useRealTimers();
  vi.restoreAllMocks();
});

test("a gap without a sign of life does not count, and is told", () => {
  pass(9_000);
  expect(clock.now()).toBe(9_000);
  pass(40_000);
  expect(clock.now()).toBe(9_000);
  pass(2_000);
  expect(clock.now()).toBe(11_000);
  expect(slept).toEqual([40_000]);
});

test("what takes long in a page that is awake is no sleep", () => {
  vi.advanceTimersByTime(40_000);
  expect(clock.now()).toBe(40_000);
  expect(slept).toEqual([]);
});

test("a tab that the browser froze slept, however short that was", () => {
  pass(3_000);
  happens("freeze");
  pass(4_000);
  happens("resume");
  pass(1_000);
  expect(clock.now()).toBe(4_000);
  expect(slept).toEqual([4_000]);
});

test("the slow timers of a hidden page are no sleep, and longer gaps are", () => {
  hide(true);
  pass(60_000);
  expect(clock.now()).toBe(60_000);
  pass(60_000);
  hide(false);
  expect(clock.now()).toBe(120_000);
  expect(slept).toEqual([]);
  hide(true);
  pass(80_000);
  expect(clock.now()).toBe(120_000);
  expect(slept).toEqual([80_000]);
});

test("a clock that is set back takes nothing away", () => {
  pass(5_000);
  clock.now();
  pass(-60_000);
  expect(clock.now()).toBe(5_000);
  clock.end();
  expect(vi.getTimerCount()).toBe(0);
});
