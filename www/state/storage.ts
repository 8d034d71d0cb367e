/**
 * What survives a reload, in the browser's own database: the history of decisions, and the bytes of dropped models and
 * photos. Where the browser refuses (a full disk, a private window), the page works on from memory and says so.
 */
import { createStore, del, get, keys, set, type UseStore } from "idb-keyval";
import { withAllKnown, type Attempt } from "./attempts";
import { FIRST_DECISIONS, storedKeys, type Decisions } from "./decisions";
import type { History } from "./history";
import { randomId } from "./ids";
import type { Capture, KeptLessons } from "./lessons";

const DATABASE = "secateur";
const HISTORY_KEY = "history";
const ATTEMPTS_KEY = "attempts";
const LESSONS_KEY = "lessons";
const CAPTURES_KEY = "captures";
const BYTES_PREFIX = "bytes:";
const NOTE_PREFIX = "note:";
/** Raised when `Decisions` changes its form, so that an old page's data is not misread. */
const FORM = 1;

interface Saved {
  readonly form: number;
  readonly history: History<Decisions>;
}

export class Storage {
  /** Bytes that the database has not taken yet, or has refused. */
  readonly #inMemory = new Map<string, Uint8Array>();
  readonly #told = new Set<string>();
  #database: UseStore | null = null;

  constructor(private readonly onTrouble: (message: string) => void) {}

  /** The history of an earlier visit, or `null`. */
  async loadHistory(): Promise<History<Decisions> | null> {
    const saved = await this.#attempt((database) => get<Saved>(HISTORY_KEY, database));
    if (saved?.form !== FORM || saved.history.past.length === 0) return null;
    return withAllFields(saved.history);
  }

  async saveHistory(history: History<Decisions>): Promise<void> {
    await this.#attempt((database) => set(HISTORY_KEY, { form: FORM, history } satisfies Saved, database));
  }

  async loadAttempts(): Promise<readonly Attempt[]> {
    const attempts = await this.#attempt((database) => get<readonly Attempt[]>(ATTEMPTS_KEY, database));
    return (attempts ?? []).map(withAllKnown);
  }

  async saveAttempts(attempts: readonly Attempt[]): Promise<void> {
    await this.#attempt((database) => set(ATTEMPTS_KEY, attempts, database));
  }

  /** What was saved under a name of its own; `null` where there is nothing. */
  async load<Value>(name: string): Promise<Value | null> {
    return (await this.#attempt((database) => get<Value>(NOTE_PREFIX + name, database))) ?? null;
  }

  /** Saves numbers and small files under a name; `null` forgets them. */
  async save<Value>(name: string, value: Value | null): Promise<void> {
    await this.#attempt((database) =>
      value === null ? del(NOTE_PREFIX + name, database) : set(NOTE_PREFIX + name, value, database),
    );
  }

  async loadLessons(): Promise<KeptLessons | null> {
    return (await this.#attempt((database) => get<KeptLessons>(LESSONS_KEY, database))) ?? null;
  }

  async saveLessons(lessons: KeptLessons): Promise<void> {
    await this.#attempt((database) => set(LESSONS_KEY, lessons, database));
  }

  async loadCaptures(): Promise<readonly Capture[]> {
    return (await this.#attempt((database) => get<readonly Capture[]>(CAPTURES_KEY, database))) ?? [];
  }

  async saveCaptures(captures: readonly Capture[]): Promise<void> {
    await this.#attempt((database) => set(CAPTURES_KEY, captures, database));
  }

  /** Keeps the bytes and returns their key. Within this visit they are there even if the browser refuses to store them. */
  keep(bytes: Uint8Array): string {
    const key = randomId();
    this.#inMemory.set(key, bytes);
    void this.#attempt(async (database) => {
      await set(BYTES_PREFIX + key, bytes, database);
      this.#inMemory.delete(key);
    });
    return key;
  }

  async bytes(key: string): Promise<Uint8Array> {
    const held =
      this.#inMemory.get(key) ?? (await this.#attempt((database) => get<Uint8Array>(BYTES_PREFIX + key, database)));
    if (!held) throw new Error("The browser no longer holds this file. Please drop it again.");
    return held;
  }

  /** Forgets bytes that nothing needs any more. */
  forget(key: string): void {
    this.#inMemory.delete(key);
    void this.#attempt((database) => del(BYTES_PREFIX + key, database));
  }

  /** Forgets all bytes that no step of the history, none of the attempts and nothing to learn from needs. */
  async forgetUnused(history: History<Decisions>, attempts: readonly Attempt[]): Promise<void> {
    const needed = new Set([...history.past, ...history.future].flatMap((step) => storedKeys(step.value)));
    for (const { key } of attempts) if (key) needed.add(key);
    const [lessons, captures] = await Promise.all([this.loadLessons(), this.loadCaptures()]);
    for (const { key } of [...captures, ...(lessons?.files?.files ?? [])]) needed.add(key);
    const stored = (await this.#attempt((database) => keys<string>(database))) ?? [];
    for (const key of stored) {
      const isUnused = key.startsWith(BYTES_PREFIX) && !needed.has(key.slice(BYTES_PREFIX.length));
      if (isUnused) await this.#attempt((database) => del(key, database));
    }
  }

  async #attempt<Value>(work: (database: UseStore) => Promise<Value>): Promise<Value | undefined> {
    try {
      this.#database ??= createStore(DATABASE, "kept");
      return await work(this.#database);
    } catch (error) {
      this.#tell(explain(error));
      return undefined;
    }
  }

  /** Once is enough. */
  #tell(message: string): void {
    if (!this.#told.has(message)) this.onTrouble(message);
    this.#told.add(message);
  }
}

function explain(error: unknown): string {
  if ((error as Partial<Error> | null)?.name === "QuotaExceededError") {
    return "The browser's storage is full, so the latest files won't survive a reload. Everything works until you close the page.";
  }
  return "The browser doesn't let this page store anything (a private window does that), so a reload starts afresh. Everything else works.";
}

function withAllFields(history: History<Decisions>): History<Decisions> {
  const complete = (steps: History<Decisions>["past"]) =>
    steps.map((step) => ({ ...step, value: { ...FIRST_DECISIONS, ...step.value } }));
  return { past: complete(history.past), future: complete(history.future) };
}
