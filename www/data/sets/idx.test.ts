import { gzipSync } from "fflate";
import { describe, expect, test, vi } from "vitest";
import { entryOfBytes, isIdxName } from "./entries";
import { idxStacks, type ReadIdx } from "./idx";

const images = new Uint8Array([0, 0, 8, 3, 10, 20, 30]);
const labels = new Uint8Array([0, 0, 8, 1, 1, 0, 1]);

/** Pictures of one pixel after the first four bytes. */
const read = vi.fn<ReadIdx>((_, pictures, __, classes) =>
  Promise.resolve({
    levels: pictures.subarray(4),
    width: 1,
    height: 1,
    channels: 1,
    labels: classes?.subarray(4) ?? new Uint8Array(),
  }),
);

describe("IDX files", () => {
  test("are paired by their parts, packed or not, and the test part is kept to testing", async () => {
    const items = await idxStacks(
      [
        entryOfBytes("t10k-labels-idx1-ubyte", labels),
        entryOfBytes("train-images-idx3-ubyte.gz", gzipSync(images)),
        entryOfBytes("t10k-images-idx3-ubyte", images),
        entryOfBytes("train-labels-idx1-ubyte.gz", gzipSync(labels)),
      ],
      read,
    );
    expect(items.map(({ name, toTest, count }) => [name, toTest, count])).toEqual([
      ["train-images-idx3-ubyte.gz", false, 3],
      ["t10k-images-idx3-ubyte", true, 3],
    ]);
    expect([...items[0]!.labels!]).toEqual([1, 0, 1]);
    expect([...(await items[0]!.stack(() => undefined)).levels]).toEqual([10, 20, 30]);
  });

  test("alone are learned from, whatever they are called, with labels or without", async () => {
    const pair = [entryOfBytes("t10k-images-idx3-ubyte", images), entryOfBytes("answers.idx", labels)];
    expect(await idxStacks(pair, read)).toMatchObject([{ toTest: false, count: 3, labels: labels.subarray(4) }]);
    expect(await idxStacks(pair.slice(0, 1), read)).toMatchObject([{ toTest: false, count: 3, labels: null }]);
  });

  test("what is wrong is told", async () => {
    await expect(idxStacks([entryOfBytes("train-labels-idx1-ubyte", labels)], read)).rejects.toThrow(
      /page-error-labels-without-images/,
    );
    const broken = gzipSync(images).subarray(0, 12);
    await expect(idxStacks([entryOfBytes("train-images-idx3-ubyte.gz", broken)], read)).rejects.toThrow(
      /page-error-gzip-damaged.*train-images-idx3-ubyte.gz/,
    );
    read.mockRejectedValueOnce(new Error("there are 3 photos and 2 labels"));
    const uneven = [entryOfBytes("a-images.idx3-ubyte", images), entryOfBytes("a-labels.idx1-ubyte", labels)];
    await expect(idxStacks(uneven, read)).rejects.toThrow("3 photos and 2 labels");
  });

  test("are known by their names", () => {
    for (const name of ["train-images-idx3-ubyte", "x/t10k-labels.idx1-ubyte.gz", "a.idx"]) {
      expect(isIdxName(name)).toBe(true);
    }
    for (const name of ["model.onnx", "idx3.png", "index.zip"]) expect(isIdxName(name)).toBe(false);
  });
});
