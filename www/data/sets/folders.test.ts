import { expect, test } from "vitest";
import { entryOfBytes } from "./entries";
import { photoLessons } from "./folders";

const places = (paths: string[], rooted = false) =>
  photoLessons(
    paths.map((path) => entryOfBytes(path, new Uint8Array())),
    rooted,
  ).map(({ name, folder, toTest }) => [name, folder, toTest]);

test("in a chosen folder, the folders are classes", () => {
  expect(places(["set/cat/1.png", "set/dog/2.png"], true)).toEqual([
    ["1.png", "cat", false],
    ["2.png", "dog", false],
  ]);
  expect(places(["set/1.png", "set/2.png"], true).map(([, folder]) => folder)).toEqual([null, null]);
  expect(places(["set/cat/1.png"], true)).toEqual([["1.png", "cat", false]]);
});

test("an archive may have a folder around all", () => {
  expect(places(["set/cat/1.png", "set/dog/2.png"]).map(([, folder]) => folder)).toEqual(["cat", "dog"]);
  expect(places(["cat/1.png", "dog/2.png"]).map(([, folder]) => folder)).toEqual(["cat", "dog"]);
  expect(places(["cat/1.png", "cat/2.png"]).map(([, folder]) => folder)).toEqual(["cat", "cat"]);
  expect(places(["1.png", "2.png"]).map(([, folder]) => folder)).toEqual([null, null]);
});

test("a part to test on stays apart", () => {
  const parts = ["set/train/cat/1.png", "set/test/cat/2.png", "set/test/dog/3.png"];
  for (const rooted of [true, false]) {
    expect(places(parts, rooted)).toEqual([
      ["1.png", "cat", false],
      ["2.png", "cat", true],
      ["3.png", "dog", true],
    ]);
  }
  // Without classes inside, it is a class of that name.
  expect(places(["test/1.png", "exam/2.png"])).toEqual([
    ["1.png", "test", false],
    ["2.png", "exam", false],
  ]);
});
