import "fake-indexeddb/auto";
import { IDBFactory, IDBObjectStore } from "fake-indexeddb";
import { createStore, set } from "idb-keyval";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { MOST_ATTEMPTS, type Attempt } from "./attempts";
import { FIRST_DECISIONS, type Decisions } from "../decisions/decisions";
import { begin, record, undo, type History } from "../decisions/history";
import { Storage } from "./storage";
import { say } from "../../text";
import { message } from "../../text/message";

/** A decision of this name. */
const named = (words: string) => message("kept-sentence", { text: words });

const withModel = (key: string): Decisions => ({
  ...FIRST_DECISIONS,
  model: { kind: "file", name: "mine.onnx", key, sizes: {} },
});

/** Of a model only what its place on the list goes by. */
const attempt = (id: string, more: Partial<Attempt> = {}) => ({ id, at: 0, key: null, test: null, ...more }) as Attempt;

let troubles: string[];
const storage = () => new Storage((message) => troubles.push(message));

/** Lets the database take what it was given. */
const stored = () => new Promise((resolve) => setTimeout(resolve, 50));

beforeEach(() => {
  troubles = [];
  vi.stubGlobal("indexedDB", new IDBFactory());
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

describe("storage", () => {
  test("decisions and bytes survive a reload", async () => {
    const before = storage();
    const key = before.keep(new Uint8Array([1, 2, 3]));
    const history = record(begin(FIRST_DECISIONS), withModel(key), named("open mine"));
    await before.saveHistory(history);
    await stored();

    const after = storage();
    expect(await after.loadHistory()).toEqual(history);
    expect([...(await after.bytes(key))]).toEqual([1, 2, 3]);
    expect(troubles).toEqual([]);
  });

  test("a first visit has no history", async () => {
    expect(await storage().loadHistory()).toBeNull();
    expect(troubles).toEqual([]);
  });

  test("bytes of earlier visits that no step needs are forgotten, others stay", async () => {
    const before = storage();
    const [undone, present, stray] = [
      before.keep(new Uint8Array([1])),
      before.keep(new Uint8Array([2])),
      before.keep(new Uint8Array([3])),
    ];
    await stored();
    const history: History<Decisions> = {
      past: [{ value: withModel(present), what: named("open"), id: "1" }],
      future: [{ value: withModel(undone), what: named("open another"), id: "2" }],
    };
    const after = storage();
    await after.forgetUnused(history, []);
    expect([...(await after.bytes(present)), ...(await after.bytes(undone))]).toEqual([2, 1]);
    await expect(after.bytes(stray)).rejects.toThrow(/page-error-bytes-gone/);
  });

  test("bytes of this visit stay, though nothing needs them yet when those of earlier ones are looked through", async () => {
    const visit = storage();
    const dropped = visit.keep(new Uint8Array([1]));
    await stored();
    await visit.forgetUnused(begin(FIRST_DECISIONS), []);
    expect([...(await storage().bytes(dropped))]).toEqual([1]);
  });

  test("bytes that are forgotten by their key are gone, from memory and from the database", async () => {
    const kept = storage();
    const [gone, stays] = [kept.keep(new Uint8Array([1])), kept.keep(new Uint8Array([2]))];
    kept.forget(gone);
    await stored();
    await expect(kept.bytes(gone)).rejects.toThrow(/page-error-bytes-gone/);
    expect([...(await storage().bytes(stays))]).toEqual([2]);
  });

  test("a full disk is said, and the bytes are still there until the page is closed", async () => {
    const full = new DOMException("no room", "QuotaExceededError");
    vi.spyOn(IDBObjectStore.prototype, "put").mockImplementation(() => {
      throw full;
    });
    const kept = storage();
    const key = kept.keep(new Uint8Array([7]));
    await stored();
    expect(troubles).toEqual([expect.stringContaining("storage is full")]);
    expect([...(await kept.bytes(key))]).toEqual([7]);
  });

  test("is said again when it is full once more after something could be stored", async () => {
    const full = new DOMException("no room", "QuotaExceededError");
    const kept = storage();
    for (const disk of ["full", "full", "emptied", "full"]) {
      const put = vi.spyOn(IDBObjectStore.prototype, "put");
      if (disk === "full")
        put.mockImplementation(() => {
          throw full;
        });
      kept.keep(new Uint8Array([7]));
      await stored();
      put.mockRestore();
    }
    expect(troubles).toEqual([expect.stringContaining("is full"), expect.stringContaining("is full")]);
  });

  test("what can't be read is neither written over nor taken for unneeded, and that is said", async () => {
    const before = storage();
    const key = before.keep(new Uint8Array([1]));
    await before.saveAttempts([attempt("one", { key })]);
    await before.save("sweeps", ["a curve"]);
    await stored();

    const { get } = IDBObjectStore.prototype;
    const reads = vi.spyOn(IDBObjectStore.prototype, "get").mockImplementation(function (this: IDBObjectStore, name) {
      if (name === "attempts" || name === "note:sweeps") throw new DOMException("a damaged block", "UnknownError");
      return get.call(this, name);
    });
    const damaged = storage();
    expect(await damaged.loadAttempts()).toEqual([]);
    expect(await damaged.load("sweeps")).toBeNull();
    await damaged.forgetUnused(begin(FIRST_DECISIONS), []);
    await damaged.saveAttempts([attempt("two")]);
    await damaged.change("sweeps", () => ["another"]);
    await damaged.save("sweeps", ["another"]);
    expect(troubles).toEqual([expect.stringContaining("can't read some of the data")]);
    reads.mockRestore();

    const after = storage();
    expect(await after.loadAttempts()).toMatchObject([{ id: "one" }]);
    expect(await after.load("sweeps")).toEqual(["a curve"]);
    expect([...(await after.bytes(key))]).toEqual([1]);
  });

  test("two windows keep their models side by side, and what each learned of one", async () => {
    const [one, other] = [storage(), storage()];
    await one.saveAttempts([attempt("first", { at: 1 })]);
    const known = await other.loadAttempts();
    const test = { original: { pictures: 1 }, quality: { pictures: 1 } };
    await one.saveAttempts([attempt("first", { at: 1, test }), attempt("third", { at: 3 })]);
    await other.saveAttempts([...known, attempt("second", { at: 2 })]);
    expect(await storage().loadAttempts()).toMatchObject([
      { id: "first", test },
      { id: "second", test: null },
      { id: "third", test: null },
    ]);
  });

  test("a model that an earlier version of the page kept tells how many photos it was trained on", async () => {
    await set("attempts", [{ ...attempt("old", { at: 1 }), lessons: 12 }], createStore("secateur", "kept"));
    const read = await storage().loadAttempts();
    expect(read).toMatchObject([{ id: "old", trainedOn: 12 }]);
    expect(read[0]).not.toHaveProperty("lessons");
    await storage().saveAttempts([attempt("new", { at: 2, trainedOn: 3 })]);
    expect((await storage().loadAttempts()).map(({ trainedOn }) => trainedOn)).toEqual([12, 3]);
  });

  test("settings of recovery are filled in where an earlier version of the page knew fewer", async () => {
    const { recovery, axis, ...known } = FIRST_DECISIONS;
    const { seed, ...settings } = recovery;
    const kept = {
      value: { ...known, recovery: { ...settings, wanted: { length: 7 } } },
      what: named("start"),
      id: "start",
    };
    const history = {
      past: [
        { ...kept, value: known },
        { ...kept, id: "next" },
      ],
      future: [],
    };
    await set("history", { form: 1, history }, createStore("secateur", "kept"));
    const read = (await storage().loadHistory())!;
    expect(read.past[0]!.value).toEqual(FIRST_DECISIONS);
    expect(read.past[1]!.value).toEqual({
      ...FIRST_DECISIONS,
      axis,
      recovery: { ...recovery, seed, wanted: { ...recovery.wanted, length: 7 } },
    });
  });

  test("two windows decide side by side, and neither loses what the other has decided", async () => {
    const start = begin(FIRST_DECISIONS);
    await storage().saveHistory(start);
    const [one, other] = [storage(), storage()];
    const begun = [(await one.loadHistory())!, (await other.loadHistory())!] as const;
    const ofOne = record(begun[0], withModel("a"), named("open a"));
    await one.saveHistory(ofOne);
    const ofOther = record(record(begun[1], withModel("b"), named("open b")), withModel("c"), named("open c"));
    await other.saveHistory(ofOther);
    const said = async () => {
      const { past, future } = (await storage().loadHistory())!;
      return [past.map(({ what }) => say(what)), future.map(({ what }) => say(what))];
    };
    // Whoever decided last finds the present and the steps to it after a reload, and the other's steps before these.
    expect(await said()).toEqual([["start", "open a", "open b", "open c"], []]);
    await one.saveHistory(undo(ofOne));
    expect(await said()).toEqual([["open b", "open c", "start"], ["open a"]]);
    // What a window has given up itself does not come back by the other one.
    await one.saveHistory(record(undo(ofOne), withModel("d"), named("open d")));
    await other.saveHistory(ofOther);
    expect(await said()).toEqual([["start", "open d", "open b", "open c"], []]);
    // The files of all of them are needed.
    const kept = storage();
    const [needed, stray] = [kept.keep(new Uint8Array([1])), kept.keep(new Uint8Array([2]))];
    await one.saveHistory(record(ofOne, withModel(needed), named("open e")));
    await other.saveHistory(ofOther);
    await stored();
    const later = storage();
    await later.forgetUnused((await later.loadHistory())!, []);
    expect([...(await storage().bytes(needed))]).toEqual([1]);
    await expect(storage().bytes(stray)).rejects.toThrow(/page-error-bytes-gone/);
  });

  test("a history that an earlier version of the page kept is read in each window alike", async () => {
    const kept = storage();
    const steps = ["start", "open a"].map((what) => ({ what, value: withModel(what) }));
    await set("history", { form: 1, history: { past: steps, future: [] } }, createStore("secateur", "kept"));
    await kept.saveHistory((await kept.loadHistory())!);
    const other = storage();
    await other.saveHistory((await other.loadHistory())!);
    expect((await storage().loadHistory())!.past.map(({ what }) => say(what))).toEqual(["start", "open a"]);
  });

  test("keeps the newest models, and loads all notes that begin alike", async () => {
    const kept = storage();
    const many = Array.from({ length: MOST_ATTEMPTS + 1 }, (_, at) => attempt(String(at), { at }));
    await kept.saveAttempts(many);
    expect((await kept.loadAttempts()).map(({ at }) => at)).toEqual(many.slice(1).map(({ at }) => at));
    for (const name of ["search:a", "search:b", "other"]) await kept.save(name, name);
    expect(await kept.loadAll("search:")).toEqual(["search:a", "search:b"]);
    await kept.save("search:a", null);
    expect(await kept.loadAll("search:")).toEqual(["search:b"]);
  });

  test("a browser that stores nothing is said, and nothing breaks", async () => {
    vi.stubGlobal("indexedDB", {
      open() {
        throw new DOMException("denied", "SecurityError");
      },
    });
    const kept = storage();
    expect(await kept.loadHistory()).toBeNull();
    const key = kept.keep(new Uint8Array([7]));
    await kept.saveHistory(begin(withModel(key)));
    expect([...(await kept.bytes(key))]).toEqual([7]);
    expect(troubles).toEqual([expect.stringContaining("private window")]);
  });
});
