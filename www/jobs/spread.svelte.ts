/** Spreading a recipe's target across the layers by how much pruning each can take, in a worker of its own. */
import type { Core, Curves, DedicatedLearner, Recipe } from "../core/protocol";
import { empty, failed, loading, type Status } from "../state/status";
import { text } from "../text";
import { message } from "../text/message";
import type { Job, JobQueue } from "./queue.svelte";
import type { CutInput } from "./subject";

export class Spread {
  work = $state.raw<Status<never>>(empty);
  /** The one that goes on, or was the last one. */
  job = $state.raw<Job | null>(null);
  /** What its failure is of. */
  of = $state.raw<{ readonly recipe: Recipe; readonly curves: Curves } | null>(null);
  #learner: DedicatedLearner | null = null;

  constructor(
    private readonly core: Core,
    private readonly queue: JobQueue,
  ) {}

  get isBusy(): boolean {
    return this.work.state === "loading";
  }

  /** The subject's recipe with its target spread; `null` where that failed, or another one is being spread. */
  async run(subject: CutInput, curves: Curves): Promise<Recipe | null> {
    if (this.isBusy) return null;
    const { model, title, recipe } = subject;
    this.of = { recipe, curves };
    this.job = {
      model,
      title,
      what: message("page-jobs-spread", { model: title }),
      worker: "spread",
      isBrief: true,
      cancel: () => this.cancel(),
    };
    let spread: Recipe | null = null;
    await this.queue.run(this.job, async () => {
      spread = await this.#spread(subject, curves);
    });
    return spread;
  }

  cancel(): void {
    this.#learner?.end();
  }

  dismiss(): void {
    if (!this.isBusy) this.work = empty;
  }

  async #spread({ original, sizes, recipe }: CutInput, curves: Curves): Promise<Recipe | null> {
    this.work = loading(text("page-progress-spreading"));
    const learner = (this.#learner = this.core.startLearner());
    try {
      const spread = await learner.guide(original, curves, recipe, sizes);
      this.work = empty;
      return spread;
    } catch (error) {
      this.work = failed(error);
      return null;
    } finally {
      learner.end();
      this.#learner = null;
    }
  }
}
