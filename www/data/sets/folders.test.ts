import { expect, test } from "vitest";
import { entryOfBytes } from "./entries";
import { trainingPhotos, type LayoutOf } from "./folders";

test("photos stand where the core says that their paths put them", async () => {
  const asked: unknown[] = [];
  const layoutOf: LayoutOf = (paths, rooted) => {
    asked.push([paths, rooted]);
    return Promise.resolve([
      { folder: "cat", toTest: false },
      { folder: null, toTest: true },
    ]);
  };
  const paths = ["set/train/cat/1.png", "set/2.png"];
  const entries = paths.map((path) => entryOfBytes(path, new Uint8Array()));
  const items = await trainingPhotos(entries, true, layoutOf);
  expect(asked).toEqual([[paths, true]]);
  expect(items.map(({ name, folder, toTest }) => [name, folder, toTest])).toEqual([
    ["1.png", "cat", false],
    ["2.png", null, true],
  ]);
});
