/** What came of recoveries, on this visit and before: the models, the one that is chosen, the search that can go on. */
import { MOST_ATTEMPTS, withAttempt, withTest, type Attempt } from "./kept/attempts";
import type { Decisions } from "./decisions/decisions";
import { randomId } from "./ids";
import { UNKNOWN, type Origin } from "./kept/origin";
import type { Search } from "./kept/search";
import type { Storage } from "./kept/storage";
import { text } from "../text";
import { message, PageError } from "../text/message";
import type { Beginning, Core, ComparisonResult, Retained } from "../core/protocol";
import { completedAttempts } from "./kept/migrations";
import type { Notices } from "./notices.svelte";

/** What a model that came out shares with its place on the list. */
type Listed =
  | "id"
  | "model"
  | "before"
  | "totals"
  | "recipe"
  | "plan"
  | "earlier"
  | "automatic"
  | "cut"
  | "quality"
  | "least"
  | "run"
  | "beyond"
  | "unfinished";

/** A model that came out. The next one of the same `id` takes its place. */
export interface Outcome extends Pick<Attempt, Listed> {
  readonly bytes: Uint8Array;
  /** What is left of the original. */
  readonly left: Retained;
  readonly beginning: Beginning;
  /** Milliseconds for one photo. */
  readonly milliseconds: number | null;
  readonly origin: Origin;
}

/** What begins the names of where searches that can go on are kept, one of each model. */
const SEARCHES = "search:";
/** Where an earlier version of the page kept the only one. */
const OLD_SEARCH = "search";

export class Results {
  /** Models that were recovered, newest last. */
  attempts = $state.raw<readonly Attempt[]>([]);
  /** Budget searches that ended before they were over, one of each model. */
  searches = $state.raw<readonly Search[]>([]);
  /** The recovered model that is chosen, with its file; `null` before that has been fetched. */
  readonly recovered = $derived.by(() => {
    const file = this.#file;
    if (!file || file.attempt.id !== this.chosen()?.attempt) return null;
    return { ...file, attempt: this.attempts.find(({ id }) => id === file.attempt.id) ?? file.attempt };
  });
  /** What was fetched last. */
  #file = $state.raw<{ readonly attempt: Attempt; readonly bytes: Uint8Array } | null>(null);

  constructor(
    private readonly core: Core,
    private readonly storage: Storage,
    private readonly notices: Notices,
    private readonly chosen: () => Decisions["recovered"],
  ) {}

  /** Brings back what earlier visits left. */
  async start(): Promise<void> {
    const [attempts, searches] = await Promise.all([
      this.storage.loadAttempts(),
      this.storage.loadAll<Search>(SEARCHES),
    ]);
    this.attempts = await completedAttempts(this.core.cutter, attempts);
    this.searches = searches;
    const old = await this.storage.load<Omit<Search, "origin">>(OLD_SEARCH);
    if (!old) return;
    this.keepSearch(old.model, { ...old, origin: UNKNOWN });
    void this.storage.save(OLD_SEARCH, null);
  }

  /**
   * Puts a recovered model on the list, in place of what was kept on the way to it, once the database has it or has refused
   * it: what is on the list is there after a reload. One that was chosen meanwhile stays beside it.
   */
  async keep(outcome: Outcome): Promise<Attempt> {
    const { bytes, beginning, milliseconds, origin, ...rest } = outcome;
    const original = beginning.milliseconds;
    const key = bytes.length > 0 ? await this.storage.kept(bytes) : null;
    const attempt: Attempt = {
      ...rest,
      ...origin,
      id: this.chosen()?.attempt === rest.id ? randomId() : rest.id,
      at: Date.now(),
      key,
      original: beginning.original,
      fingerprint: beginning.fingerprint,
      trainedOn: beginning.trainedOn,
      judged: rest.quality.pictures,
      test: null,
      times: milliseconds !== null && original !== undefined ? { original, own: milliseconds } : null,
    };
    const replaced = this.attempts.find(({ id }) => id === attempt.id);
    if (!replaced && this.attempts.length === MOST_ATTEMPTS)
      this.notices.trouble(text("page-notice-list-full", { most: MOST_ATTEMPTS }));
    await this.storage.saveAttempts(withAttempt(this.attempts, attempt));
    this.attempts = withAttempt(this.attempts, attempt);
    if (replaced?.key) this.storage.forget(replaced.key);
    return attempt;
  }

  /** What photos that nothing was chosen by tell of a model, or of the best one of a search. */
  keepTest(of: string, tested: ComparisonResult): void {
    this.attempts = withTest(this.attempts, of, tested);
    void this.storage.saveAttempts(this.attempts);
  }

  searchOf(model: string | undefined): Search | null {
    return this.searches.find((search) => search.model === model) ?? null;
  }

  /** `null`: the model's search is over, or given up; its models stay on the list. */
  keepSearch(model: string, search: Search | null): void {
    const others = this.searches.filter((other) => other.model !== model);
    this.searches = search ? [...others, search] : others;
    void this.storage.save(SEARCHES + model, search);
  }

  /** Fetches the file of the model that is chosen, where it is not there, and lets go of any other. Rejects where it is gone. */
  async fetch(): Promise<void> {
    const chosen = this.chosen();
    if (this.#file?.attempt.id === chosen?.attempt) return;
    this.#file = null;
    if (!chosen) return;
    const attempt = this.attempts.find(({ id }) => id === chosen.attempt);
    if (!attempt) throw new PageError(message("page-error-recovered-gone"));
    const bytes = await this.storage.bytes(chosen.key, message("page-error-recovered-gone"));
    if (this.chosen()?.attempt === chosen.attempt) this.#file = { attempt, bytes };
  }
}
