import { expect, test } from "vitest";
import { message } from "../text/message";
import { JobQueue, type Job } from "./queue.svelte";

/** Work that ends when it is told to. */
function held() {
  let end!: () => void;
  const ended = new Promise<void>((resolve) => (end = resolve));
  const done = { begun: false, end, work: () => ((done.begun = true), ended) };
  return done;
}

const job = (worker: Job["worker"], title = "a model"): Job => ({
  what: message("page-jobs-sweep", { model: title }),
  model: title,
  title,
  worker,
  cancel: () => undefined,
});
const turn = () => new Promise((resolve) => setTimeout(resolve));

test("jobs of one worker follow one another, and those of others do not wait for them", async () => {
  const queue = new JobQueue();
  const [first, second, third] = [job("learner", "a"), job("learner", "b"), job("sweep")];
  const [one, two, three] = [held(), held(), held()];
  const runs = [queue.run(first, one.work), queue.run(second, two.work), queue.run(third, three.work)];
  expect([one.begun, two.begun, three.begun]).toEqual([true, false, true]);
  expect(queue.all).toEqual([first, second, third]);
  expect([first, second, third].map((each) => queue.waitsFor(each))).toEqual([null, first, null]);
  expect(queue.ahead("learner")).toBe(second);
  one.end();
  await turn();
  expect(two.begun).toBe(true);
  expect(queue.waitsFor(second)).toBeNull();
  two.end();
  three.end();
  expect(await Promise.all(runs)).toEqual([true, true, true]);
  expect(queue.all).toEqual([]);
});

test("a job that is withdrawn is never begun, and the one behind it comes up in its place", async () => {
  const queue = new JobQueue();
  const [first, second, third] = [job("learner"), job("learner"), job("learner")];
  const [one, two, three] = [held(), held(), held()];
  const runs = [queue.run(first, one.work), queue.run(second, two.work), queue.run(third, three.work)];
  expect(queue.withdraw(second)).toBe(true);
  expect(queue.waitsFor(third)).toBe(first);
  // What runs is ended by whoever does it.
  expect(queue.withdraw(first)).toBe(false);
  one.end();
  await turn();
  expect([two.begun, three.begun]).toEqual([false, true]);
  three.end();
  expect(await Promise.all(runs)).toEqual([true, false, true]);
});

test("work that fails after all lets the next one begin", async () => {
  const queue = new JobQueue();
  const failing = queue.run(job("layers"), () => Promise.reject(new Error("unforeseen")));
  const next = held();
  const run = queue.run(job("layers"), next.work);
  await expect(failing).rejects.toThrow("unforeseen");
  expect(next.begun).toBe(true);
  next.end();
  expect(await run).toBe(true);
});
