import { expect, test } from "vitest";
import { classNamesIn } from "./classes";

test("one a line, blank lines left out", () => {
  expect(classNamesIn("cat\r\n  dog \n\n")).toEqual(["cat", "dog"]);
});

test("a JSON list", () => {
  expect(classNamesIn('["cat", "dog"]')).toEqual(["cat", "dog"]);
});

test("a JSON object from number to name, in the order of the numbers", () => {
  expect(classNamesIn('{"10": "k", "2": "c", "0": "a"}')).toEqual(["a", "c", "k"]);
});

test("Keras' ImageNet index, whose entries are pairs", () => {
  expect(classNamesIn('{"0": ["n01440764", "tench"], "1": ["n01443537", "goldfish"]}')).toEqual(["tench", "goldfish"]);
});
