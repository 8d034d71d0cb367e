/** Cuts to many sizes, each measured without recovery and not kept: a curve of accuracy against size. It has a worker of its own. */
import type { Core, DedicatedLearner } from "../core/protocol";
import { originOf, type TrainingItem } from "../data/sets/training-item";
import { randomId } from "../state/ids";
import type { SweepCurve } from "../state/kept/sweeps";
import { empty, failed, loading, type Status } from "../state/status";
import type { Sweeps } from "../state/sweeps.svelte";
import { text } from "../text";
import { message } from "../text/message";
import { Driver } from "./driver.svelte";
import { gather } from "./gather";
import { preparing } from "./preparing";
import type { Job, JobQueue } from "./queue.svelte";
import type { CutInput } from "./subject";

/** Shares of the whole to keep, one for each point of a curve. */
export const SWEEP = [0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1, 0.05] as const;

export class Sweep {
  work = $state.raw<Status<never>>(empty);
  /** Photos that were left out. */
  remarks = $state.raw<readonly string[]>([]);
  /** The one that goes on, or was the last one. */
  job = $state.raw<Job | null>(null);
  /** Sweeps are not paused. */
  readonly #driver = new Driver();
  #learner: DedicatedLearner | null = null;

  constructor(
    private readonly core: Core,
    private readonly queue: JobQueue,
    private readonly sweeps: Sweeps,
  ) {}

  get isBusy(): boolean {
    return this.work.state === "loading";
  }

  /** Measures the subject's recipe at each size; each point is kept as soon as it is known. */
  async run(subject: CutInput, items: readonly TrainingItem[]): Promise<void> {
    if (this.isBusy) return;
    const { model, title } = subject;
    const what = message("page-jobs-sweep", { model: title });
    this.job = { what, model, title, worker: "sweep", cancel: () => this.cancel() };
    await this.queue.run(this.job, () => this.#attempt(subject, items));
  }

  cancel(): void {
    this.#learner?.end();
  }

  async #attempt(subject: CutInput, items: readonly TrainingItem[]): Promise<void> {
    this.work = loading(text("page-progress-preparing"));
    this.remarks = [];
    const learner = (this.#learner = this.core.startLearner());
    try {
      await gather(learner, subject, items, {
        onProgress: (what, share) => (this.work = loading(what, share)),
        onLeftOut: (message) => (this.remarks = [...this.remarks, message]),
        // A learner that was ended refuses the next photo.
        isStopped: () => false,
      });
      await learner.sweep(subject.original, subject.recipe, Float64Array.from(SWEEP), subject.sizes);
      await this.#follow(learner, subject, items);
      this.work = empty;
    } catch (error) {
      this.work = failed(error);
    } finally {
      learner.end();
      this.#learner = null;
    }
  }

  async #follow(learner: DedicatedLearner, subject: CutInput, items: readonly TrainingItem[]): Promise<void> {
    const { model, before, recipe } = subject;
    let curve: SweepCurve | null = null;
    await this.#driver.drive(learner, {
      progress: (progress) => {
        const points = curve?.points.length ?? 0;
        this.work = curve ? ofPoint(points, progress.done / progress.of) : preparing(progress);
      },
      began: ({ original, fingerprint, milliseconds }) => {
        const { compared, taught } = originOf(items);
        curve = {
          id: randomId(),
          at: Date.now(),
          model,
          recipe,
          before,
          original,
          fingerprint,
          milliseconds: milliseconds ?? null,
          compared,
          taught,
          points: [],
        };
        this.work = ofPoint(0, 0);
      },
      point: (point) => {
        curve = { ...curve!, points: [...curve!.points, point] };
        this.work = ofPoint(curve.points.length, 0);
        this.sweeps.keep(curve);
      },
    });
  }
}

/** How far the next point of a curve is. */
function ofPoint(points: number, share: number): Status<never> {
  const total = SWEEP.length;
  return loading(text("page-progress-curve", { number: Math.min(points + 1, total), total }), (points + share) / total);
}
