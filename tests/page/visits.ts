/**
 * Visits of the page without its views, for tests of what a session does: whoever imports this finds a new double for the
 * core and an empty database before each test.
 */
import { afterEach, beforeEach, vi } from "vitest";
import { Session } from "../../www/session/session.svelte";
import { doubleCore, type DoubleCore } from "./core-double";
import { settled, surround } from "./surroundings";

export let core: DoubleCore;

beforeEach(() => {
  core = doubleCore();
  surround();
});
afterEach(() => {
  vi.unstubAllGlobals();
});

/** A visit, or the page after a reload. */
export async function visit(fragment = ""): Promise<Session> {
  const session = new Session(core);
  await session.start(fragment);
  await settled();
  return session;
}

/** A visit on which the gallery's model is open, and not yet cut. */
export async function opened(): Promise<Session> {
  const session = await visit();
  await session.openModel({ kind: "gallery", id: "small", sizes: {} });
  await settled();
  return session;
}

/** The calls of this name that the core got, each with its most telling argument. */
export const called = (name: string) => core.calls.filter(([called]) => called === name);
export const asked = (name: string) => called(name).map(([, argument]) => argument);
