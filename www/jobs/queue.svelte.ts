/** Long work under way: what runs, on which model, and what waits for what. */
import { message, type Message } from "../text/message";

export interface Job {
  /** What is done, in words that name its model. */
  readonly what: Message;
  /** The model that it was started on, as `sourceId` names it, and what that is called. */
  readonly model: string;
  readonly title: string;
  /** What does it: jobs of one worker follow one another. */
  readonly worker: "learner" | "sweep" | "layers" | "spread" | "cutter" | "runner" | "peer";
  /** Whether it is over soon, so that its own panel says enough while its model is open. */
  readonly isBrief?: boolean;
  /** Ends it, whether it waits or runs. */
  cancel(): void;
}

/** Milliseconds after which an answer that is still awaited counts as a job. */
const LONG = 500;

export class JobQueue {
  /** Those that run and wait, in the order in which they were asked for. */
  all = $state.raw<readonly Job[]>([]);
  readonly #waiting = new Map<Job, (mayBegin: boolean) => void>();
  /** How many answers of each job are awaited. */
  readonly #awaited = new Map<Job, number>();

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

  /**
   * Passes on what a worker was asked for, and lists that as a job while it takes long. A job may be awaited several times at
   * once. The worker itself keeps the order.
   */
  async awaited<Answer>(job: Job, answer: Promise<Answer>): Promise<Answer> {
    this.#awaited.set(job, (this.#awaited.get(job) ?? 0) + 1);
    const list = setTimeout(() => {
      if (!this.all.includes(job)) this.all = [...this.all, job];
    }, LONG);
    try {
      return await answer;
    } finally {
      clearTimeout(list);
      const others = this.#awaited.get(job)! - 1;
      this.#awaited.set(job, others);
      if (others === 0) {
        this.#awaited.delete(job);
        this.#leave(job);
      }
    }
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
    if (!this.all.includes(job)) return;
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
