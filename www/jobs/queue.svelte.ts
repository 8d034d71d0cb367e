/** Long work under way: what runs, on which model, and what waits for what. */
import { message, type Message } from "../text/message";

export interface Job {
  /** What is done, in words that name its model. */
  readonly what: Message;
  /** The model that it was started on, as `sourceId` names it, and what that is called. */
  readonly model: string;
  readonly title: string;
  /** What does it: jobs of one worker follow one another. */
  readonly worker: "learner" | "sweep" | "layers";
  /** Ends it, whether it waits or runs. */
  cancel(): void;
}

export class JobQueue {
  /** Those that run and wait, in the order in which they were asked for. */
  all = $state.raw<readonly Job[]>([]);
  readonly #waiting = new Map<Job, (mayBegin: boolean) => void>();

  /**
   * Does the work once the jobs before it are done. Returns whether it was begun: it is not where it was withdrawn meanwhile.
   * `work` must not reject: it reports its own failures.
   */
  async run(job: Job, work: () => Promise<void>): Promise<boolean> {
    const isFree = this.ahead(job.worker) === null;
    this.all = [...this.all, job];
    if (!isFree && !(await new Promise<boolean>((begin) => this.#waiting.set(job, begin)))) return false;
    try {
      await work();
    } finally {
      this.#leave(job);
    }
    return true;
  }

  /** What a job that is asked for now would wait for. */
  ahead(worker: Job["worker"]): Job | null {
    return this.all.findLast((job) => job.worker === worker) ?? null;
  }

  /** What a job waits for; `null` where it runs, or is done. */
  waitsFor(job: Job): Job | null {
    const before = this.all.slice(0, Math.max(0, this.all.indexOf(job)));
    return before.findLast(({ worker }) => worker === job.worker) ?? null;
  }

  /** Takes out a job that waits. Returns whether it did. */
  withdraw(job: Job): boolean {
    const begin = this.#waiting.get(job);
    if (!begin) return false;
    this.#waiting.delete(job);
    this.#leave(job);
    begin(false);
    return true;
  }

  #leave(job: Job): void {
    this.all = this.all.filter((other) => other !== job);
    const next = this.all.find(({ worker }) => worker === job.worker);
    if (!next) return;
    const begin = this.#waiting.get(next);
    this.#waiting.delete(next);
    begin?.(true);
  }
}

/** That a job waits for this one. */
export function waitingFor({ what }: Job): Message {
  return message("page-jobs-waiting", { job: what });
}
