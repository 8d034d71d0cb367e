/** Drives long work in a worker: asks for step after step, stands still while it is paused, and hands on what each step tells. */
import type { Finished, TaskEvent, TaskStep } from "../core/protocol";
import { CANCELED, PageError } from "../text/message";

type EventName = TaskEvent extends infer Event ? (Event extends object ? keyof Event : never) : never;

/** What is done about each event. The next step waits for it. */
export type Handlers = {
  readonly [Name in EventName]?: (told: Extract<TaskEvent, Record<Name, unknown>>[Name]) => unknown;
};

/** A worker whose task was started. */
export interface Stepped {
  step(): Promise<TaskStep>;
}

export class Driver {
  paused = $state(false);
  #isCanceled = false;
  #isEnded = false;
  #go: (() => void)[] = [];

  /** Forgets what was asked of the work before. */
  begin(): void {
    this.paused = false;
    this.#isCanceled = false;
    this.#isEnded = false;
  }

  pause(): void {
    this.paused = true;
  }

  resume(): void {
    this.paused = false;
    for (const go of this.#go.splice(0)) go();
  }

  /** Whoever is paused has no call under way that the end of its worker would end. */
  cancel(): void {
    this.#isCanceled = true;
    this.resume();
  }

  /** Takes no further step, whatever is left to do. */
  end(): void {
    this.#isEnded = true;
    this.resume();
  }

  /** Waits while the work is paused; rejects where it was canceled. */
  async unpaused(): Promise<void> {
    if (this.paused) await new Promise<void>((go) => this.#go.push(go));
    this.#refuseCanceled();
  }

  /** Does the task that was started in this worker to its end. `onStep` is called before each step. */
  async drive(worker: Stepped, handlers: Handlers, onStep?: () => void): Promise<Finished> {
    for (;;) {
      await this.unpaused();
      onStep?.();
      const step = await worker.step();
      this.#refuseCanceled();
      if ("done" in step) return step.done;
      for (const [name, told] of Object.entries(step.event)) {
        const handle = handlers[name as EventName] as ((told: unknown) => unknown) | undefined;
        await handle?.(told);
      }
      if (this.#isEnded) return {};
    }
  }

  #refuseCanceled(): void {
    if (this.#isCanceled) throw new PageError(CANCELED, "canceled");
  }
}
