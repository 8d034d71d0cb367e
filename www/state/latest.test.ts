import { describe, expect, test } from "vitest";
import { Latest } from "./latest";

/** Work whose every job ends when the test says so. */
function controlled() {
  const started: number[] = [];
  const supersededAtEnd: boolean[] = [];
  const ends: (() => void)[] = [];
  const latest = new Latest<number>(async (job, superseded) => {
    started.push(job);
    await new Promise<void>((resolve) => ends.push(resolve));
    supersededAtEnd.push(superseded());
  });
  const endNext = async () => {
    ends.shift()!();
    await new Promise((resolve) => setTimeout(resolve));
  };
  return { latest, started, supersededAtEnd, endNext };
}

describe("Latest", () => {
  test("runs one job at a time and skips all but the newest of those that wait", async () => {
    const { latest, started, endNext } = controlled();
    for (const job of [1, 2, 3, 4]) latest.push(job);
    expect(started).toEqual([1]);
    await endNext();
    expect(started).toEqual([1, 4]);
    await endNext();
    expect(started).toEqual([1, 4]);
  });

  test("takes up work again after a rest", async () => {
    const { latest, started, endNext } = controlled();
    latest.push(1);
    await endNext();
    latest.push(2);
    expect(started).toEqual([1, 2]);
  });

  test("tells a job whether a newer one waits", async () => {
    const { latest, supersededAtEnd, endNext } = controlled();
    latest.push(1);
    latest.push(2);
    await endNext();
    await endNext();
    expect(supersededAtEnd).toEqual([true, false]);
  });

  test("forgets what waits", async () => {
    const { latest, started, endNext } = controlled();
    latest.push(1);
    latest.push(2);
    latest.forget();
    await endNext();
    expect(started).toEqual([1]);
  });
});
