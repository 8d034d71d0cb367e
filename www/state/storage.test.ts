import "fake-indexeddb/auto";
import { IDBFactory, IDBObjectStore } from "fake-indexeddb";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { FIRST_DECISIONS, type Decisions } from "./decisions";
import { begin, record, type History } from "./history";
import { Storage } from "./storage";

const withModel = (key: string): Decisions => ({
  ...FIRST_DECISIONS,
  model: { kind: "file", name: "mine.onnx", key, sizes: {} },
});

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
    const history = record(begin(FIRST_DECISIONS), withModel(key), "open mine");
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

  test("bytes that no step needs are forgotten, others stay", async () => {
    const before = storage();
    const [undone, present, stray] = [
      before.keep(new Uint8Array([1])),
      before.keep(new Uint8Array([2])),
      before.keep(new Uint8Array([3])),
    ];
    await stored();
    const history: History<Decisions> = {
      past: [{ value: withModel(present), what: "open" }],
      future: [{ value: withModel(undone), what: "open another" }],
    };
    await before.forgetUnused(history, []);

    const after = storage();
    expect([...(await after.bytes(present)), ...(await after.bytes(undone))]).toEqual([2, 1]);
    await expect(after.bytes(stray)).rejects.toThrow(/no longer holds/);
  });

  test("bytes that are forgotten by their key are gone, from memory and from the database", async () => {
    const kept = storage();
    const [gone, stays] = [kept.keep(new Uint8Array([1])), kept.keep(new Uint8Array([2]))];
    kept.forget(gone);
    await stored();
    await expect(kept.bytes(gone)).rejects.toThrow(/no longer holds/);
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
