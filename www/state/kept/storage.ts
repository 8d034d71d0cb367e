/**
 * What survives a reload, in the browser's own database: the history of decisions, and the bytes of dropped models and
 * photos. Where the browser refuses (a full disk, a private window), the page works on from memory and says so.
 */
import { message, PageError, type Message } from "../../text/message";
import { text } from "../../text";
import { createStore, del, get, keys, set, update, type UseStore } from "idb-keyval";
import { joinedAttempts, withAllKnown, type Attempt } from "./attempts";
import { FIRST_DECISIONS, storedKeys, type Decisions } from "../decisions/decisions";
import { joined, stepsOf, type History, type Step } from "../decisions/history";
import { randomId } from "../ids";
import { withAllSettings } from "../decisions/training";
import type { Capture, KeptData } from "./training-data";

const DATABASE = "secateur";
const HISTORY_KEY = "history";
const ATTEMPTS_KEY = "attempts";
// Named so by the first version of the page: what it kept is still found.
const TRAINING_DATA_KEY = "lessons";
const CAPTURES_KEY = "captures";
const BYTES_PREFIX = "bytes:";
const NOTE_PREFIX = "note:";
/** Raised when `Decisions` changes its form, so that an old page's data is not misread. */
const FORM = 1;

interface Saved {
  readonly form: number;
  readonly history: History<Decisions>;
}

type KeptStep = Omit<Step<Decisions>, "id" | "what"> & { readonly id?: string; readonly what: Message | string };

export class Storage {
  /** Bytes that the database has not taken yet, or has refused. */
  readonly #inMemory = new Map<string, Uint8Array>();
  /** Keys of the bytes of this visit, whether something needs them yet or not. */
  readonly #ofVisit = new Set<string>();
  readonly #told = new Set<string>();
  /** What is there and could not be read: in this visit nothing is written over it. */
  readonly #unread = new Set<string>();
  /** Steps of the history that this window began with, and all that it has had. */
  #begunWith: ReadonlySet<string> = new Set();
  readonly #had = new Set<string>();
  #database: UseStore | null = null;

  constructor(private readonly onTrouble: (message: string) => void) {}

  /** The history of an earlier visit, or `null`. */
  async loadHistory(): Promise<History<Decisions> | null> {
    const saved = await this.#read<Saved>(HISTORY_KEY);
    const history = readable(saved);
    this.#begunWith = new Set(history && stepsOf(history));
    return history;
  }

  /** Steps that another window of the page has kept meanwhile stay. */
  async saveHistory(own: History<Decisions>): Promise<void> {
    for (const step of [...this.#begunWith, ...stepsOf(own)]) this.#had.add(step);
    await this.#change<Saved>(HISTORY_KEY, (saved) => {
      const kept = readable(saved);
      return { form: FORM, history: kept ? joined(own, kept, this.#had, this.#begunWith) : own };
    });
  }

  async loadAttempts(): Promise<readonly Attempt[]> {
    const attempts = await this.#read<readonly Attempt[]>(ATTEMPTS_KEY);
    return (attempts ?? []).map(withAllKnown);
  }

  /** Those that another window of the page has kept meanwhile stay. */
  async saveAttempts(attempts: readonly Attempt[]): Promise<void> {
    await this.#change<readonly Attempt[]>(ATTEMPTS_KEY, (kept) => joinedAttempts(kept ?? [], attempts));
  }

  /** What was saved under a name of its own; `null` where there is nothing. */
  async load<Value>(name: string): Promise<Value | null> {
    return (await this.#read<Value>(NOTE_PREFIX + name)) ?? null;
  }

  /** What was saved under all names that begin so. */
  async loadAll<Value>(beginning: string): Promise<readonly Value[]> {
    const names = (await this.#keys()).filter((key) => key.startsWith(NOTE_PREFIX + beginning));
    const values = await Promise.all(names.map((name) => this.#read<Value>(name)));
    return values.filter((value) => value !== undefined);
  }

  /** Saves numbers and small files under a name; `null` forgets them. */
  async save<Value>(name: string, value: Value | null): Promise<void> {
    if (value !== null) await this.#write(NOTE_PREFIX + name, value);
    else await this.#attempt((database) => del(NOTE_PREFIX + name, database));
  }

  /** Saves what comes of what is kept under a name by now: another window of the page may have changed that. */
  async change<Value>(name: string, change: (kept: Value | null) => Value): Promise<void> {
    await this.#change<Value>(NOTE_PREFIX + name, (kept) => change(kept ?? null));
  }

  async loadTrainingData(): Promise<KeptData | null> {
    return (await this.#read<KeptData>(TRAINING_DATA_KEY)) ?? null;
  }

  async saveTrainingData(data: KeptData): Promise<void> {
    await this.#write(TRAINING_DATA_KEY, data);
  }

  async loadCaptures(): Promise<readonly Capture[]> {
    return (await this.#read<readonly Capture[]>(CAPTURES_KEY)) ?? [];
  }

  async saveCaptures(captures: readonly Capture[]): Promise<void> {
    await this.#write(CAPTURES_KEY, captures);
  }

  /** Keeps the bytes and returns their key. Within this visit they are there even if the browser refuses to store them. */
  keep(bytes: Uint8Array): string {
    const key = randomId();
    void this.#take(key, bytes);
    return key;
  }

  /** The same, once the database has taken the bytes or has refused them. */
  async kept(bytes: Uint8Array): Promise<string> {
    const key = randomId();
    await this.#take(key, bytes);
    return key;
  }

  /** Whether the bytes are gone for good; else they may be there after a reload. */
  isGone(key: string): boolean {
    return !this.#inMemory.has(key) && !this.#unread.has(BYTES_PREFIX + key);
  }

  /** `gone`: what to say where they are gone. */
  async bytes(key: string, gone = message("page-error-bytes-gone")): Promise<Uint8Array> {
    const held = this.#inMemory.get(key) ?? (await this.#read<Uint8Array>(BYTES_PREFIX + key));
    if (!held) throw new PageError(gone);
    return held;
  }

  /** Forgets bytes that nothing needs any more. */
  forget(key: string): void {
    this.#inMemory.delete(key);
    void this.#attempt((database) => del(BYTES_PREFIX + key, database));
  }

  /**
   * Forgets all bytes of earlier visits that no step of the history, none of the attempts and nothing to learn from needs. Where
   * one of these could not be read, nothing is forgotten.
   */
  async forgetUnused(history: History<Decisions>, attempts: readonly Attempt[]): Promise<void> {
    const before = await this.#keys();
    const needed = new Set([...history.past, ...history.future].flatMap((step) => storedKeys(step.value)));
    for (const { key } of attempts) if (key) needed.add(key);
    const [data, captures] = await Promise.all([this.loadTrainingData(), this.loadCaptures()]);
    for (const { key } of [...captures, ...(data?.files?.files ?? [])]) needed.add(key);
    if (this.#unread.size > 0) return;
    for (const key of before) {
      const own = key.slice(BYTES_PREFIX.length);
      const isUnused = key.startsWith(BYTES_PREFIX) && !needed.has(own) && !this.#ofVisit.has(own);
      if (isUnused) await this.#attempt((database) => del(key, database));
    }
  }

  async #take(key: string, bytes: Uint8Array): Promise<void> {
    this.#ofVisit.add(key);
    this.#inMemory.set(key, bytes);
    if (await this.#write(BYTES_PREFIX + key, bytes)) this.#inMemory.delete(key);
  }

  async #keys(): Promise<readonly string[]> {
    return (await this.#attempt((database) => keys<string>(database))) ?? [];
  }

  async #read<Value>(key: string): Promise<Value | undefined> {
    return this.#attempt(
      (database) => get<Value>(key, database),
      (error) => {
        this.#unread.add(key);
        return explainUnread(error);
      },
    );
  }

  #write(key: string, value: unknown): Promise<boolean> {
    return this.#store(key, (database) => set(key, value, database));
  }

  #change<Value>(key: string, change: (kept: Value | undefined) => Value): Promise<boolean> {
    return this.#store(key, (database) => update<Value>(key, change, database));
  }

  /** Returns whether it is in the database. */
  async #store(key: string, work: (database: UseStore) => Promise<void>): Promise<boolean> {
    if (this.#unread.has(key)) return false;
    const isStored = await this.#attempt(async (database) => {
      await work(database);
      return true;
    });
    // What goes wrong after this is news again.
    if (isStored) this.#told.clear();
    return isStored ?? false;
  }

  /** `explanation`: what to tell where it fails. */
  async #attempt<Value>(
    work: (database: UseStore) => Promise<Value>,
    explanation: (error: unknown) => string = explain,
  ): Promise<Value | undefined> {
    try {
      this.#database ??= createStore(DATABASE, "kept");
      return await work(this.#database);
    } catch (error) {
      this.#tell(explanation(error));
      return undefined;
    }
  }

  /** Once is enough, until something could be stored again. */
  #tell(message: string): void {
    if (!this.#told.has(message)) this.onTrouble(message);
    this.#told.add(message);
  }
}

/** What browsers say where a page may not store anything. */
const REFUSALS = ["SecurityError", "InvalidStateError", "NotAllowedError", "TypeError", "ReferenceError"];

const nameOf = (error: unknown) => (error as Partial<Error> | null)?.name ?? "";

function explainUnread(error: unknown): string {
  if (REFUSALS.includes(nameOf(error))) return explain(error);
  return text("page-error-storage-unread");
}

function explain(error: unknown): string {
  return nameOf(error) === "QuotaExceededError" ? text("page-error-storage-full") : text("page-error-storage-refused");
}

/** The history in it, with all that this version of the page knows; `null` where there is none that it can read. */
function readable(saved: Saved | undefined): History<Decisions> | null {
  if (saved?.form !== FORM || saved.history.past.length === 0) return null;
  // An earlier version of the page gave steps no names: the same ones in every window. It wrote down what was decided in words.
  const complete = (steps: readonly KeptStep[], part: string) =>
    steps.map((step, at) => ({
      id: step.id ?? `${part} ${at}`,
      what: typeof step.what === "string" ? message("kept-sentence", { text: step.what }) : step.what,
      value: { ...FIRST_DECISIONS, ...step.value, recovery: withAllSettings(step.value.recovery) },
    }));
  return { past: complete(saved.history.past, "past"), future: complete(saved.history.future, "future") };
}
