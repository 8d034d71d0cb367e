import { strToU8, zipSync } from "fflate";
import { IDBObjectStore } from "fake-indexeddb";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { coreError } from "../../tests/page/core-double";
import { file, settled } from "../../tests/page/surroundings";
import { asked, core, opened, visit } from "../../tests/page/visits";
import { entryOfBytes } from "../data/sets/entries";
import { isStack, type TrainingPhoto } from "../data/sets/training-item";
import { unzip } from "../data/sets/zip";

/** In place of the workers: archives are unpacked here, sheets are black. */
vi.mock("../data/sets/unpack", () => ({
  unzipEntries: (bytes: Uint8Array, name: string) =>
    Promise.resolve(unzip(bytes, name).map(([path, content]) => entryOfBytes(path, content))),
  levelsOfSheet: (_: Uint8Array, shape: { width: number; height: number; count: number }) =>
    Promise.resolve(new Uint8Array(shape.width * shape.height * shape.count)),
  gunzip: (bytes: Uint8Array) => Promise.resolve(bytes),
}));
vi.mock("../data/photo", () => import("../../tests/page/photo"));

const SET = {
  id: "clothes",
  model: "small",
  title: "Clothes",
  width: 2,
  height: 1,
  inARow: 2,
  train: { count: 2, sheet: { file: "train.webp", bytes: 4 }, labels: { file: "train-labels", bytes: 10 } },
  test: { count: 1, sheet: { file: "test.webp", bytes: 4 }, labels: { file: "test-labels", bytes: 9 } },
  license: "free",
  source: "a test",
};

let fetched: string[];

const zip = (name: string, files: Record<string, Uint8Array>) => file(name, "", [...zipSync(files)]);
const photo = new Uint8Array([1]);

beforeEach(() => {
  fetched = [];
  const fetchOthers = fetch;
  vi.stubGlobal("fetch", async (url: string) => {
    fetched.push(url.split("/").at(-1)!);
    if (url.endsWith("-labels")) return new Response(new Uint8Array([0, 0, 8, 1, 0, 0, 0, 2, 3, 1]));
    const answer = await fetchOthers(url);
    if (!url.endsWith("gallery.json")) return answer;
    return Response.json({ ...((await answer.json()) as object), datasets: [SET] });
  });
});
afterEach(() => vi.restoreAllMocks());

describe("what is learned from", () => {
  test("is the gallery's own set where the model has one, fetched when first needed", async () => {
    const session = await opened();
    expect(session.trainingData.source).toBe("dataset");
    expect(session.trainingData.summary).toMatchObject({ pictures: 2, toTest: 1, classes: [] });
    expect(fetched).not.toContain("train.webp");

    const plan = await core.learner.plan("finetune", session.preset!);
    await session.recovery.recover(session.recoveryInput!, session.trainingData.all, plan);
    expect(asked("addStack")).toEqual([
      [2, false],
      [1, true],
    ]);
    // Labels 3 and 1 of the preset of ten.
    expect(session.trainingData.summary.classes).toEqual([
      { name: "automobile", count: 1 },
      { name: "cat", count: 1 },
    ]);
    // The gallery's model was trained on its own set.
    expect(session.results.attempts).toMatchObject([{ taught: true, compared: [], fingerprint: "4 photos" }]);
    const before = fetched.length;
    await session.recovery.recover(session.recoveryInput!, session.trainingData.all, plan);
    expect(fetched).toHaveLength(before);
  });

  test("falls back to the photos at hand where the set is another model's", async () => {
    const session = await visit();
    expect(session.trainingData.source).toBe("photos");
    expect(session.trainingData.all.map(({ name }) => name)).toEqual(["Boats"]);
  });

  test("a zip with folders is labeled, found again after a reload, and forgotten when asked", async () => {
    const session = await opened();
    await session.intake.takeFiles([zip("pets.zip", { "cat/1.png": photo, "dog/2.png": photo, "dog/3.png": photo })]);
    await settled();
    expect(session.trainingData.name).toBe("“pets.zip”");
    expect(session.trainingData.summary.classes).toEqual([
      { name: "cat", count: 1 },
      { name: "dog", count: 2 },
    ]);

    const again = await visit();
    await settled();
    expect(again.trainingData.source).toBe("files");
    expect(again.trainingData.summary.classes.map(({ name }) => name)).toEqual(["cat", "dog"]);
    again.trainingData.forgetFiles();
    await settled();
    expect((await visit()).trainingData.all).toEqual([]);
  });

  test("IDX files are read by the core, and what it says of them is shown", async () => {
    const session = await opened();
    const pair = [
      file("train-images-idx3-ubyte", "", [0, 0, 8, 3, 5, 6]),
      file("train-labels-idx1-ubyte", "", [0, 0, 8, 1, 0, 1]),
    ];
    await session.intake.takeFiles(pair);
    await settled();
    expect(asked("readIdx")).toEqual(["train-images-idx3-ubyte"]);
    expect(session.trainingData.summary).toMatchObject({ pictures: 2, toTest: 0 });
    expect(session.trainingData.all.every(isStack)).toBe(true);

    core.fail("readIdx", coreError("bad-input", "there are 2 photos and 3 labels"));
    await session.trainingData.takeFiles(pair);
    expect(session.trainingData.work).toMatchObject({ failure: { message: "there are 2 photos and 3 labels" } });
  });

  test("a broken zip, one without photos, and files of another kind leave what was there", async () => {
    const session = await opened();
    await session.intake.takeFiles([zip("pets.zip", { "cat/1.png": photo, "dog/2.png": photo })]);
    await settled();
    const failure = async (bad: File) => {
      await session.trainingData.takeFiles([bad]);
      const { work } = session.trainingData;
      return work.state === "failed" ? work.failure.message : work.state;
    };
    expect(await failure(file("half.zip", "", [0x50, 0x4b, 3]))).toMatch(/“half.zip” can't be unpacked/);
    expect(await failure(zip("notes.zip", { "notes.txt": strToU8("hello") }))).toMatch(
      /“notes.zip” contains no photos/,
    );
    expect(await failure(file("notes.txt", "text/plain"))).toMatch(/These files contain no photos/);
    expect(session.trainingData.all).toHaveLength(2);
  });
});

describe("photos from the camera", () => {
  test("are counted by class, learned from, and there after a reload", async () => {
    const session = await opened();
    session.trainingData.choose("camera");
    session.trainingData.captures.add("cup", photo);
    session.trainingData.captures.add("pen", photo);
    session.trainingData.captures.add("cup", photo);
    await settled();

    const again = await visit();
    await settled();
    expect(again.trainingData.source).toBe("camera");
    expect(again.trainingData.summary.classes).toEqual([
      { name: "cup", count: 2 },
      { name: "pen", count: 1 },
    ]);
    await expect((again.trainingData.all[0] as TrainingPhoto).pixels()).resolves.toMatchObject({ width: 1 });

    again.trainingData.captures.forgetLast("cup");
    again.trainingData.captures.forgetClass("pen");
    await settled();
    expect((await visit()).trainingData.summary.classes).toEqual([{ name: "cup", count: 1 }]);
  });

  test("are still there until the page is closed where the disk is full, and that is said", async () => {
    const session = await opened();
    vi.spyOn(IDBObjectStore.prototype, "put").mockImplementation(() => {
      throw new DOMException("no room", "QuotaExceededError");
    });
    session.trainingData.choose("camera");
    session.trainingData.captures.add("cup", photo);
    await settled();
    const troubles = session.notices.all.filter(({ kind }) => kind === "trouble").map(({ text }) => text);
    expect(troubles).toEqual([expect.stringContaining("storage is full")]);
    await expect((session.trainingData.all[0] as TrainingPhoto).pixels()).resolves.toMatchObject({ width: 1 });
  });
});
