import { expect, test, vi } from "vitest";
import { coreError } from "../../tests/page/core-double";
import { asked, core, opened } from "../../tests/page/visits";
import type { TrainingItem } from "../data/sets/training-item";

const inFolder = (folder: string): TrainingItem => ({
  name: "a photo",
  folder,
  pixels: () => Promise.resolve({ data: new Uint8ClampedArray(4), width: 1, height: 1 }),
});

test("folders that are no classes of the model are refused before a photo is read", async () => {
  const session = await opened();
  const plan = await core.learner.plan("reconstruct", session.preset!);
  const given: unknown[] = [];
  const refuse = (...[, folders, classes]: Parameters<typeof core.learner.gather>) => {
    given.push([folders, classes]);
    return Promise.reject(coreError("bad-input", "the folders “cat”, “dog” are no classes"));
  };
  vi.spyOn(core.learner, "gather").mockImplementation(refuse);
  const { startLearner } = core;
  core.startLearner = () => ({ ...startLearner(), gather: refuse });
  const photos = [inFolder("dog"), inFolder("cat")];
  const refused = { state: "failed", failure: { code: "bad-input" } };

  await session.recovery.recover(session.recoveryInput!, photos, plan);
  expect(session.recovery.work).toMatchObject(refused);
  await session.sweep.run(session.subject!, photos);
  expect(session.sweep.work).toMatchObject(refused);
  // The double's model tells ten classes apart.
  expect(given).toEqual([1, 2].map(() => [["cat", "dog"], 10]));
  expect([...asked("add"), ...asked("dedicated.add")]).toEqual([]);
});
