/**
 * A worker that may die: when it is ended or crashes, it is started again with the work that it held, and whatever was under
 * way is rejected with a reason.
 */
import { releaseProxy, wrap, type Remote as ComlinkRemote } from "comlink";
import { say, type Message } from "../text";
import { remote, type Remote } from "./remote";

/** What every rejected call of the core carries: `code` is stable, `said` is for people, and so is `message`, its sentence. */
export class CoreError extends Error {
  constructor(
    readonly code: string,
    readonly said: Message,
  ) {
    super(say(said));
    this.name = "CoreError";
  }
}

const CANCELLED: Message = { key: "error-cancelled", args: {} };

/** What a worker's error says: an entry of the catalogue as JSON, where it is the core's, or other software's own words. */
function saidBy({ message }: Error): Message {
  try {
    const said = JSON.parse(message) as Message;
    if (typeof said.key === "string") return said;
  } catch {
    // No JSON.
  }
  return { key: "error-foreign", args: { reason: message } };
}

/** Names under which JavaScript engines report that a WebAssembly instance trapped or ran out of memory. */
const FATAL = new Set(["RuntimeError", "RangeError"]);

/** Whether a worker that failed so can't be trusted with anything more. */
export function isFatal(error: unknown): boolean {
  return FATAL.has((error as Partial<Error> | null)?.name ?? "");
}

const CRASHED: Message = { key: "error-crashed", args: {} };

/** A call that makes a worker what it is: a fresh one is given it again. */
export interface Remembered<Api> {
  readonly call: keyof Remote<Api>;
  /** Whether calls with another first argument are remembered beside it; else it takes the place of the one before. */
  readonly byFirst?: boolean;
  /** What was called before and does not count any more once this has worked. */
  readonly forgets?: readonly (keyof Remote<Api>)[];
}

export interface RestartableWorkerOptions<Api> {
  start(): Worker;
  /** In the order in which a fresh worker is given them. */
  readonly remembers?: readonly Remembered<Api>[];
  onRestart?(reason: string): void;
}

type Name<Api> = keyof Remote<Api>;
type Wrapped<Api> = ComlinkRemote<unknown> & Record<Name<Api>, (...args: readonly unknown[]) => Promise<unknown>>;

/** It is started when it is first needed. */
export class RestartableWorker<Api> {
  /** Its calls. They wait while it is brought back to where it was. */
  readonly calls: Remote<Api> = remote<Api>((name, args) => this.#call(name, args));
  #worker: Worker | null = null;
  #api: Wrapped<Api> | null = null;
  #ready: Promise<unknown> = Promise.resolve();
  #isRestoring = false;
  #isOver = false;
  #abandon = new Set<(error: CoreError) => void>();
  /** What a fresh worker is to be given, by what the next call has to share to take its place. */
  readonly #remembered = new Map<Name<Api>, Map<unknown, readonly unknown[]>>();

  constructor(private readonly options: RestartableWorkerOptions<Api>) {}

  /** Starts it ahead of its first call. */
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

  /** Ends whatever is under way and starts afresh, restored to the last finished state. */
  cancel(): void {
    if (this.#worker) this.#restart(new CoreError("cancelled", CANCELLED));
  }

  /** Ends the worker for good. */
  end(): void {
    this.#isOver = true;
    this.#close(new CoreError("cancelled", CANCELLED));
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
    if (!api) throw new CoreError("cancelled", CANCELLED);
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
    // What crashes a worker while it is restored would crash the next one as well, without end.
    const isHopeless = this.#isRestoring && reason.code === "crashed";
    this.#close(reason);
    this.start();
    this.#isRestoring = !isHopeless;
    this.#ready = isHopeless ? Promise.resolve() : this.#restore();
    this.options.onRestart?.(reason.message);
  }

  /** A state that can't be restored leaves an empty worker behind; the next call says what is missing. */
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
