/** Scores that photos tell: measured in the learner's worker, handed to the cutter's, and held there until others come. */
import type { Core, MeasuredOn, Preset, Recipe } from "../core/protocol";
import { originOf, type TrainingItem } from "../data/sets/training-item";
import { Driver } from "./driver.svelte";
import { waitingFor, type Job, type JobQueue } from "./queue.svelte";
import { sourceId } from "../state/decisions/decisions";
import { empty, failed, loading, ready, type Status } from "../state/status";
import { say, text } from "../text";
import { CANCELED, message, PageError } from "../text/message";
import type { Criteria } from "../state/criteria.svelte";
import { gather } from "./gather";
import type { OpenedModel } from "../state/model.svelte";

export interface Wanted {
  readonly opened: OpenedModel;
  readonly preset: Preset;
  readonly criterion: string;
  /** The recipe's seed: it chooses among many photos, and is their order. */
  readonly seed: number;
}

export class CriterionMeasurement {
  /** The latest measuring; when it is ready, the cutter holds what came out. */
  work = $state.raw<Status<MeasuredOn>>(empty);
  /** Photos that could not be read. */
  remarks = $state.raw<readonly string[]>([]);
  /** Photos of the comparison that were measured on, by their ids. */
  compared = $state.raw<readonly string[]>([]);
  #wanted: Wanted | null = null;
  #job: Job | null = null;
  #driver = new Driver();

  constructor(
    private readonly core: Core,
    private readonly criteria: Criteria,
    private readonly queue: JobQueue,
  ) {}

  get isBusy(): boolean {
    return this.work.state === "loading";
  }

  /** Whether a recipe can't be followed before its criterion has been measured on this model. */
  areMissing(recipe: Recipe, opened: OpenedModel): boolean {
    if (!this.criteria.lookAtPhotos(recipe.criterion)) return false;
    return this.work.state !== "ready" || !this.#isFor(recipe, opened);
  }

  /** Whether what the recipe needs is being measured, or has been tried in vain: that is for the visitor to try again. */
  wereTried(recipe: Recipe, opened: OpenedModel): boolean {
    return this.#isFor(recipe, opened);
  }

  /** Measures in its turn, in place of whatever is being measured. Returns whether the cutter now holds what came out. */
  async measure(wanted: Wanted, photos: () => Promise<readonly TrainingItem[]>): Promise<boolean> {
    this.stop();
    this.#wanted = wanted;
    this.remarks = [];
    const { title, source } = wanted.opened;
    const job: Job = {
      what: message("page-jobs-criterion", {
        criterion: text(this.criteria.find(wanted.criterion)!.title),
        model: title,
      }),
      model: sourceId(source),
      title,
      worker: "learner",
      cancel: () => this.cancel(),
    };
    const ahead = this.queue.ahead("learner");
    this.#job = job;
    this.#show(ahead ? say(waitingFor(ahead)) : text("page-progress-photos"));
    const isBegun = await this.queue.run(job, () => this.#attempt(wanted, photos));
    if (!isBegun && this.#wanted === wanted) this.work = failed(new PageError(CANCELED, "canceled"));
    return this.#wanted === wanted && this.work.state === "ready";
  }

  cancel(): void {
    if (!this.isBusy || (this.#job && this.queue.withdraw(this.#job))) return;
    this.#driver.cancel();
    this.core.cancel("learner");
  }

  /** Ends what is under way and forgets what was measured. */
  stop(): void {
    this.cancel();
    this.#wanted = null;
    this.work = empty;
  }

  async #attempt(wanted: Wanted, photos: () => Promise<readonly TrainingItem[]>): Promise<void> {
    if (this.#wanted !== wanted) return;
    this.#show(text("page-progress-photos"));
    try {
      const on = await this.#measure(wanted, photos);
      if (on && this.#wanted === wanted) this.work = ready(on);
    } catch (error) {
      if (this.#wanted === wanted) this.work = failed(error);
    }
  }

  /** `null` where something else is wanted by now. */
  async #measure(wanted: Wanted, photos: () => Promise<readonly TrainingItem[]>): Promise<MeasuredOn | null> {
    const { learner, cutter } = this.core;
    const isOver = () => this.#wanted !== wanted;
    const items = await photos();
    const { preset, opened } = wanted;
    await gather(learner, { preset, classes: opened.summary.classes }, items, {
      onProgress: (what, share) => this.#show(what, share),
      onLeftOut: (message) => (this.remarks = [...this.remarks, message]),
      isStopped: isOver,
    });
    if (isOver()) return null;
    this.#show(text("page-progress-opening"));
    await learner.measureCriterion(opened.bytes, wanted.criterion, wanted.seed, opened.source.sizes);
    this.#show(text("page-progress-criterion"), 0);
    this.#driver = new Driver();
    const { scores } = await this.#driver.drive(learner, {
      progress: ({ done, of }) => {
        this.#show(text("page-progress-criterion"), done / of);
      },
    });
    if (!scores || isOver()) return null;
    await cutter.takeScores(scores);
    this.compared = originOf(items).compared;
    return scores.on;
  }

  #isFor({ criterion, seed }: Recipe, opened: OpenedModel): boolean {
    const wanted = this.#wanted;
    return wanted?.criterion === criterion && wanted?.seed === (seed ?? 0) && wanted.opened === opened;
  }

  #show(what: string, share: number | null = null): void {
    this.work = loading(what, share);
  }
}
