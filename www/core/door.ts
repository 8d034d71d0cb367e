/**
 * A worker that may die: calls go through the door, and when the worker is ended or crashes, it is started
 * again with the work that it held, and whatever was under way is rejected with a reason.
 */
import { releaseProxy, wrap, type Remote } from "comlink";

/** What every rejected call of the core carries. `code` is stable, `message` is for people. */
export class CoreError extends Error {
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
    this.name = "CoreError";
  }
}

/** Names under which JavaScript engines report that a WebAssembly instance trapped or ran out of memory. */
const FATAL = new Set(["RuntimeError", "RangeError"]);

/** Whether a worker that failed so can't be trusted with anything more. */
export function isFatal(error: unknown): boolean {
  return FATAL.has((error as Partial<Error> | null)?.name ?? "");
}

const CRASHED =
  "This part of the page stopped unexpectedly and was started again with the model that was open. " +
  "If it happens again with the same model or settings, the model may need more memory than the browser gives.";

export interface DoorOptions<Api> {
  start(): Worker;
  /** Brings a fresh worker to where the old one was. */
  restore(api: Remote<Api>): Promise<void>;
  onRestart(reason: string): void;
}

export class Door<Api> {
  #worker: Worker | null = null;
  #api: Remote<Api> | null = null;
  #ready: Promise<unknown> = Promise.resolve();
  #isRestoring = false;
  #abandon = new Set<(error: CoreError) => void>();

  constructor(private readonly options: DoorOptions<Api>) {
    this.#open();
  }

  /** Runs one call in the worker. It waits while the worker is being restored. */
  async call<Result>(work: (api: Remote<Api>) => Promise<Result>): Promise<Result> {
    for (let awaited: unknown; awaited !== this.#ready;) await (awaited = this.#ready);
    return this.#attempt(work);
  }

  /** Ends whatever is under way and starts afresh, restored to the last finished state. */
  cancel(): void {
    this.#restart(new CoreError("cancelled", "Cancelled."));
  }

  /** Ends the worker for good. */
  end(): void {
    this.#close(new CoreError("cancelled", "Cancelled."));
  }

  async #attempt<Result>(work: (api: Remote<Api>) => Promise<Result>): Promise<Result> {
    const api = this.#api;
    if (!api) throw new CoreError("cancelled", "Cancelled.");
    let abandon!: (error: CoreError) => void;
    const abandoned = new Promise<never>((_, reject) => (abandon = reject));
    this.#abandon.add(abandon);
    try {
      return await Promise.race([work(api), abandoned]);
    } catch (error) {
      if (error instanceof CoreError) throw error;
      const { name, message } = error as Error;
      if (!isFatal(error)) throw new CoreError(name, message);
      const crash = new CoreError("crashed", CRASHED);
      if (api === this.#api) this.#restart(crash);
      throw crash;
    } finally {
      this.#abandon.delete(abandon);
    }
  }

  #open(): void {
    const worker = this.options.start();
    worker.addEventListener("error", (event) => {
      event.preventDefault();
      if (worker === this.#worker) this.#restart(new CoreError("crashed", CRASHED));
    });
    this.#worker = worker;
    this.#api = wrap<Api>(worker);
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
    // What crashes a worker while it is restored would crash the next one as well, without end.
    const isHopeless = this.#isRestoring && reason.code === "crashed";
    this.#close(reason);
    this.#open();
    this.#isRestoring = !isHopeless;
    this.#ready = isHopeless ? Promise.resolve() : this.#restore();
    this.options.onRestart(reason.message);
  }

  /** A state that can't be restored leaves an empty worker behind; the next call says what is missing. */
  async #restore(): Promise<void> {
    const api = this.#api;
    await this.#attempt((api) => this.options.restore(api)).catch(() => undefined);
    if (api === this.#api) this.#isRestoring = false;
  }
}
