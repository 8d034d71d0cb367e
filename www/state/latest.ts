/** Work that comes faster than it can be done: one job runs, and only the newest of those that wait follows it. */
export class Latest<Job> {
  #running = false;
  #waiting: { readonly job: Job } | null = null;

  /** `work` must not reject: it reports its own failures. */
  constructor(private readonly work: (job: Job, superseded: () => boolean) => Promise<void>) {}

  push(job: Job): void {
    this.#waiting = { job };
    if (!this.#running) void this.#drain();
  }

  /** Forgets the job that waits. The one that runs learns that it is superseded only from a later push. */
  forget(): void {
    this.#waiting = null;
  }

  async #drain(): Promise<void> {
    this.#running = true;
    while (this.#waiting) {
      const { job } = this.#waiting;
      this.#waiting = null;
      await this.work(job, () => this.#waiting !== null);
    }
    this.#running = false;
  }
}
