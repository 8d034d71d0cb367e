import { strToU8, zipSync } from "fflate";
import { expect, test } from "vitest";
import { unzip } from "./zip";

const archive = (files: Record<string, Uint8Array>) => zipSync(files);

test("photos and IDX files come out, in the order of their paths; what systems leave behind does not", () => {
  const bytes = archive({
    "set/dog/b.png": new Uint8Array([2]),
    "set/cat/a.JPG": new Uint8Array([1, 1]),
    "set/notes.txt": strToU8("hello"),
    "__MACOSX/set/cat/a.JPG": new Uint8Array([9]),
    "set/.hidden/a.png": new Uint8Array([9]),
    "train-labels-idx1-ubyte.gz": new Uint8Array([3]),
  });
  expect(unzip(bytes, "set.zip").map(([path, content]) => [path, [...content]])).toEqual([
    ["set/cat/a.JPG", [1, 1]],
    ["set/dog/b.png", [2]],
    ["train-labels-idx1-ubyte.gz", [3]],
  ]);
});

test("a zip without photos is told apart from a broken one", () => {
  expect(() => unzip(archive({ "notes.txt": strToU8("hello") }), "notes.zip")).toThrow(
    /page-error-zip-no-photos.*notes.zip/,
  );
  const whole = archive({ "cat/a.png": new Uint8Array(500).map((_, index) => index * 7) });
  for (const broken of [whole.subarray(0, 200), strToU8("no archive"), new Uint8Array()]) {
    expect(() => unzip(broken, "half.zip")).toThrow(/page-error-zip-damaged.*half.zip/);
  }
});

test("an archive that would fill the memory is refused before it is unpacked", () => {
  const bytes = archive({ "cat/a.png": new Uint8Array(10) });
  // The size of the file that the archive's directory gives.
  const directory = bytes.findIndex((_, at) => bytes[at] === 0x50 && bytes[at + 1] === 0x4b && bytes[at + 2] === 1);
  new DataView(bytes.buffer).setUint32(directory + 24, 4_000_000_000, true);
  expect(() => unzip(bytes, "bomb.zip")).toThrow(/page-error-zip-too-large.*bomb.zip.*1.5/);
});
