/** What the page finds around it in tests: a database, a small gallery, files, and time for everything to follow. */
import "fake-indexeddb/auto";
import { IDBFactory } from "fake-indexeddb";
import { flushSync } from "svelte";
import { vi } from "vitest";

const MODEL = {
  id: "small",
  title: "Small",
  file: "small.onnx",
  bytes: 8,
  preset: "resnet20-cifar10",
  license: "free",
  source: "a test",
  log: "small.log.json",
};
const PHOTO = { id: "boats", title: "Boats", file: "boats.jpg", credit: "B", license: "free", source: "a harbor" };

/** jsdom lays nothing out, so there is nothing to observe. */
class Unobserving {
  observe() {}
  unobserve() {}
  disconnect() {}
}

/** An empty database and a server that has one model and one photo. Undo it with `vi.unstubAllGlobals`. */
export function surround(): void {
  vi.stubGlobal("indexedDB", new IDBFactory());
  vi.stubGlobal("fetch", (url: string) => {
    if (url.endsWith("gallery.json")) return Promise.resolve(Response.json({ models: [MODEL] }));
    if (url.endsWith("photos.json")) return Promise.resolve(Response.json({ photos: [PHOTO] }));
    return Promise.resolve(new Response(new Uint8Array(8).fill(1)));
  });
  vi.stubGlobal("matchMedia", () => ({ matches: false, addEventListener() {}, removeEventListener() {} }));
  vi.stubGlobal("ResizeObserver", Unobserving);
  URL.createObjectURL = () => "blob:test";
  URL.revokeObjectURL = () => undefined;
}

/** jsdom's files can't be read, so this one brings its own way. A photo that begins with 0 counts as damaged. */
export function file(name: string, type = "", bytes = [1]): File {
  const arrayBuffer = () => Promise.resolve(new Uint8Array(bytes).buffer);
  return Object.assign(new File([], name, { type }), { arrayBuffer });
}

/** Lets everything that follows from a decision happen. */
export async function settled(): Promise<void> {
  for (let round = 0; round < 20; round++) {
    flushSync();
    await new Promise((resolve) => setTimeout(resolve));
  }
}
