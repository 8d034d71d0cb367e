/** Cuts of one layer after another, each measured and not kept. It is shared among several workers of its own. */
import type { Core, DedicatedLearner } from "../core/protocol";
import { originOf, type TrainingItem } from "../data/sets/training-item";
import { sensitivityOf } from "../state/kept/sensitivity";
import type { Sensitivities } from "../state/sensitivities.svelte";
import { empty, failed, loading, type Status } from "../state/status";
import { text } from "../text";
import { message } from "../text/message";
import { Driver } from "./driver.svelte";
import { gather, together } from "./gather";
import { preparing } from "./preparing";
import type { Job, JobQueue } from "./queue.svelte";
import type { CutInput } from "./subject";

/** Shares to remove of each layer. */
export const LEVELS = [0.25, 0.5, 0.75, 0.9] as const;

/** More workers than this would keep the page from its own work on most machines. */
const MOST_WORKERS = 4;

export class SensitivityAnalysis {
  work = $state.raw<Status<never>>(empty);
  /** Photos that were left out. */
  remarks = $state.raw<readonly string[]>([]);
  /** The one that goes on, or was the last one. */
  job = $state.raw<Job | null>(null);
  readonly #driver = new Driver();
  #learners: readonly DedicatedLearner[] = [];

  constructor(
    private readonly core: Core,
    private readonly queue: JobQueue,
    private readonly sensitivities: Sensitivities,
  ) {}

  get isBusy(): boolean {
    return this.work.state === "loading";
  }

  get paused(): boolean {
    return this.#driver.paused;
  }

  /**
   * Measures how much pruning each layer alone can take. What was measured before of the same model by the same recipe on the
   * same photos counts.
   */
  async run(subject: CutInput, items: readonly TrainingItem[]): Promise<void> {
    if (this.isBusy) return;
    const { model, title } = subject;
    const what = message("page-jobs-sensitivity", { model: title });
    this.job = { what, model, title, worker: "layers", cancel: () => this.cancel() };
    await this.queue.run(this.job, () => this.#attempt(subject, items));
  }

  pause(): void {
    this.#driver.pause();
  }

  resume(): void {
    this.#driver.resume();
  }

  cancel(): void {
    for (const learner of this.#learners) learner.end();
    this.resume();
  }

  async #attempt(subject: CutInput, items: readonly TrainingItem[]): Promise<void> {
    this.work = loading(text("page-progress-preparing"));
    this.remarks = [];
    this.#driver.begin();
    const workers = Math.max(2, Math.min(MOST_WORKERS, navigator.hardwareConcurrency ?? 2));
    const learners = (this.#learners = Array.from({ length: workers }, () => this.core.startLearner()));
    try {
      await gather(together(learners), subject, items, {
        onProgress: (what, share) => (this.work = loading(what, share)),
        onLeftOut: (message) => (this.remarks = [...this.remarks, message]),
        // A learner that was ended refuses the next photo.
        isStopped: () => false,
      });
      await this.#measure(learners, subject, items);
      this.work = empty;
    } catch (error) {
      this.work = failed(error);
    } finally {
      for (const learner of learners) learner.end();
      this.#learners = [];
    }
  }

  async #measure(
    learners: readonly DedicatedLearner[],
    subject: CutInput,
    items: readonly TrainingItem[],
  ): Promise<void> {
    const { original, recipe, seed, sizes, model } = subject;
    const before = sensitivityOf(this.sensitivities.all, model, recipe)?.curves ?? null;
    const levelsAsked = Float64Array.from(LEVELS);
    await Promise.all(
      learners.map((learner) => learner.sensitivity(original, recipe, levelsAsked, seed, before, sizes)),
    );
    const first = learners[0]!;
    await first.findOut();
    const { found } = await this.#driver.drive(first, {
      progress: (progress) => (this.work = preparing(progress)),
    });
    // What the photos told one, they would tell each.
    const [begun] = await Promise.all(learners.map((learner) => learner.beginProbes(found!)));
    const { probes: cuts, levels, left } = begun!;
    /** Points are added one after the other, each to what the one before made: several may end at the same time. */
    let merged = Promise.resolve(begun!.curves);
    const { compared } = originOf(items);
    const waiting = [...left];
    let done = cuts - left.length;
    /** How much of its present cut each worker has measured. */
    const parts = learners.map(() => 0);
    const work = async (learner: DedicatedLearner, at: number): Promise<void> => {
      const show = (part: number) => {
        parts[at] = part;
        const share = parts.reduce((sum, each) => sum + each, done) / cuts;
        this.work = loading(text("page-progress-layers", { done, total: cuts }), share);
      };
      while (waiting.length > 0) {
        await this.#driver.unpaused();
        const next = waiting.shift();
        if (next === undefined) return;
        await learner.probe(next);
        const { probe: point } = await this.#driver.drive(learner, {
          progress: (progress) => show(progress.done / progress.of),
        });
        merged = merged.then((curves) => learner.withProbe(curves, point!));
        const curves = await merged;
        done += 1;
        show(0);
        this.sensitivities.keep({ model, levels, compared, curves });
      }
    };
    await Promise.all(learners.map(work));
  }
}
