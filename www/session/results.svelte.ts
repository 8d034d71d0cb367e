/** What came of recoveries, on this visit and before: the models, the one that is chosen, the search that can go on. */
import { withAttempt, withTest, type Attempt } from "../state/attempts";
import type { Decisions } from "../state/decisions";
import type { Search } from "../state/search";
import type { Storage } from "../state/storage";
import type { Tested } from "../core/protocol";
import type { Outcome } from "./recovery.svelte";

/** Where the search that can go on is kept. */
const SEARCH = "search";

type Chosen = Decisions["recovered"];

export class Results {
  /** Models that were recovered, newest last. */
  attempts = $state.raw<readonly Attempt[]>([]);
  /** The search to the line that ended before it was over. */
  search = $state.raw<Search | null>(null);
  /** The file of the recovered model that is chosen. */
  recovered = $state.raw<{ readonly attempt: Attempt; readonly bytes: Uint8Array } | null>(null);
  #chosen: Chosen = null;

  constructor(private readonly storage: Storage) {}

  /** Brings back what earlier visits left. */
  async start(): Promise<void> {
    const [attempts, search] = await Promise.all([this.storage.loadAttempts(), this.storage.load<Search>(SEARCH)]);
    this.attempts = attempts;
    this.search = search;
  }

  /** Puts a recovered model on the list, in place of what was kept on the way to it. */
  keep(outcome: Outcome): Attempt {
    const { bytes, beginning, milliseconds, ...rest } = outcome;
    const original = beginning.milliseconds;
    const attempt: Attempt = {
      ...rest,
      at: Date.now(),
      key: bytes.length > 0 ? this.storage.keep(bytes) : null,
      original: beginning.original,
      lessons: beginning.lessons,
      judged: rest.quality.pictures,
      test: null,
      times: milliseconds !== null && original !== undefined ? { original, own: milliseconds } : null,
    };
    const replaced = this.attempts.find(({ id }) => id === attempt.id);
    this.#keepAttempts(withAttempt(this.attempts, attempt));
    if (replaced?.key) this.storage.forget(replaced.key);
    return attempt;
  }

  /** What photos that nothing was chosen by tell of a model, or of the best one of a search. */
  keepTest(of: string, tested: Tested): void {
    this.#keepAttempts(withTest(this.attempts, of, tested));
  }

  keepSearch(search: Search | null): void {
    this.search = search;
    void this.storage.save(SEARCH, this.search);
  }

  /** Forgets how far the search came; its models stay on the list. */
  forgetSearch(): void {
    this.keepSearch(null);
  }

  /** Fetches the file of the model that is chosen. Rejects where it is gone. */
  async choose(chosen: Chosen): Promise<void> {
    this.#chosen = chosen;
    if (!chosen) this.recovered = null;
    if (!chosen || this.recovered?.attempt.id === chosen.attempt) return;
    this.recovered = null;
    const attempt = this.attempts.find(({ id }) => id === chosen.attempt);
    if (!attempt) throw new Error("The browser no longer holds that recovered model.");
    const bytes = await this.storage.bytes(chosen.key);
    if (this.#chosen?.attempt === chosen.attempt) this.recovered = { attempt, bytes };
  }

  #keepAttempts(attempts: readonly Attempt[]): void {
    this.attempts = attempts;
    void this.storage.saveAttempts(attempts);
    const chosen = this.recovered;
    const known = attempts.find(({ id }) => id === chosen?.attempt.id);
    if (chosen && known) this.recovered = { ...chosen, attempt: known };
  }
}
