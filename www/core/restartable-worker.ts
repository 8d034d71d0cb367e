/**
 * A worker that may die: when it is ended or crashes, it is restarted with the state that it had, and the calls that were
 * pending are rejected with a reason.
 */
import { releaseProxy, wrap, type Remote as ComlinkRemote } from "comlink";
import { CANCELED, message, PageError, saidBy, type Message } from "../text/message";
import { remote, type Remote } from "./remote";

/** What every rejected call of the core carries. */
export class CoreError extends PageError {
  constructor(code: string, said: Message) {
    super(said, code);
    this.name = "CoreError";
  }
}

/** Names under which JavaScript engines report that a WebAssembly instance trapped or ran out of memory. */
const FATAL = new Set(["RuntimeError", "RangeError"]);

/** Whether a worker that failed in this way can't be trusted any more. */
export function isFatal(error: unknown): boolean {
  return FATAL.has((error as Partial<Error> | null)?.name ?? "");
}

const CRASHED = message("error-crashed");

/** A call that sets up a worker's state: it is repeated in a fresh one. */
export interface Remembered<Api> {
  readonly call: keyof Remote<Api>;
  /** Whether calls with different first arguments are remembered side by side; otherwise each call replaces the one before. */
  readonly byFirst?: boolean;
  /** Earlier calls that are forgotten once this one has succeeded. */
  readonly forgets?: readonly (keyof Remote<Api>)[];
}

export interface RestartableWorkerOptions<Api> {
  start(): Worker;
  /** In the order in which they are repeated in a fresh worker. */
  readonly remembers?: readonly Remembered<Api>[];
  onRestart?(reason: CoreError): void;
}

type Name<Api> = keyof Remote<Api>;
type Wrapped<Api> = ComlinkRemote<unknown> & Record<Name<Api>, (...args: readonly unknown[]) => Promise<unknown>>;

/** The worker is started when it is first needed. */
export class RestartableWorker<Api> {
  /** Its calls. They wait while it is being restored. */
  readonly calls: Remote<Api> = remote<Api>((name, args) => this.#call(name, args));
  #worker: Worker | null = null;
  #api: Wrapped<Api> | null = null;
  #ready: Promise<unknown> = Promise.resolve();
  #isRestoring = false;
  #isOver = false;
  #abandon = new Set<(error: CoreError) => void>();
  /** The calls to repeat in a fresh worker, by the key under which a later call replaces an earlier one. */
  readonly #remembered = new Map<Name<Api>, Map<unknown, readonly unknown[]>>();

  constructor(private readonly options: RestartableWorkerOptions<Api>) {}

  /** Starts it before its first call. */
  start(): void {
    if (this.#worker || this.#isOver) return;
    const worker = this.options.start();
    worker.addEventListener("error", (event) => {
      event.preventDefault();
      if (worker === this.#worker) this.#restart(new CoreError("crashed", CRASHED));
    });
    this.#worker = worker;
    this.#api = wrap(worker) as unknown as Wrapped<Api>;
  }

  /** Ends whatever is running, and starts again from the last finished state. */
  cancel(): void {
    if (this.#worker) this.#restart(new CoreError("canceled", CANCELED));
  }

  /** Ends the worker permanently. */
  end(): void {
    this.#isOver = true;
    this.#close(new CoreError("canceled", CANCELED));
  }

  async #call(name: Name<Api>, args: readonly unknown[]): Promise<unknown> {
    for (let awaited: unknown; awaited !== this.#ready;) await (awaited = this.#ready);
    this.start();
    const answer = await this.#attempt((api) => api[name](...args));
    this.#remember(name, args);
    return answer;
  }

  async #attempt(work: (api: Wrapped<Api>) => Promise<unknown>): Promise<unknown> {
    const api = this.#api;
    if (!api) throw new CoreError("canceled", CANCELED);
    let abandon!: (error: CoreError) => void;
    const abandoned = new Promise<never>((_, reject) => (abandon = reject));
    this.#abandon.add(abandon);
    try {
      return await Promise.race([work(api), abandoned]);
    } catch (error) {
      if (error instanceof CoreError) throw error;
      if (!isFatal(error)) throw new CoreError((error as Error).name, saidBy(error as Error));
      const crash = new CoreError("crashed", CRASHED);
      if (api === this.#api) this.#restart(crash);
      throw crash;
    } finally {
      this.#abandon.delete(abandon);
    }
  }

  #remember(name: Name<Api>, args: readonly unknown[]): void {
    const remembered = this.options.remembers?.find(({ call }) => call === name);
    if (!remembered) return;
    for (const forgotten of remembered.forgets ?? []) this.#remembered.delete(forgotten);
    const calls = this.#remembered.get(name) ?? new Map<unknown, readonly unknown[]>();
    this.#remembered.set(name, calls.set(remembered.byFirst ? args[0] : null, args));
  }

  #close(reason: CoreError): void {
    this.#api?.[releaseProxy]();
    this.#worker?.terminate();
    this.#api = null;
    this.#worker = null;
    for (const abandon of this.#abandon) abandon(reason);
    this.#abandon.clear();
  }

  #restart(reason: CoreError): void {
    // Whatever crashes a worker while it is being restored would crash the next one as well, and so on.
    const isHopeless = this.#isRestoring && reason.code === "crashed";
    this.#close(reason);
    this.start();
    this.#isRestoring = !isHopeless;
    this.#ready = isHopeless ? Promise.resolve() : this.#restore();
    this.options.onRestart?.(reason);
  }

  /** If the state can't be restored, the worker stays empty; the next call says what is missing. */
  async #restore(): Promise<void> {
    const api = this.#api;
    await this.#attempt((api) => this.#callAgain(api)).catch(() => undefined);
    if (api === this.#api) this.#isRestoring = false;
  }

  async #callAgain(api: Wrapped<Api>): Promise<void> {
    for (const { call } of this.options.remembers ?? [])
      for (const args of this.#remembered.get(call)?.values() ?? []) await api[call](...args);
  }
}
