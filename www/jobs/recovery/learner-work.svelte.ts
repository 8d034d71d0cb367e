/** Long work in the learner's worker: its turn, its photos, how it goes, and how it is ended. What it is about says Recovery. */
import type { Beginning, ComparisonResult, Core, Metrics, Progress } from "../../core/protocol";
import type { TrainingItem } from "../../data/sets/training-item";
import { empty, failed, loading, type Status } from "../../state/status";
import { say, text } from "../../text";
import type { Message } from "../../text/message";
import { Driver, type Handlers } from "../driver.svelte";
import { gather } from "../gather";
import { waitingFor, type Job, type JobQueue } from "../queue.svelte";
import type { Subject } from "../subject";
import { TrainingProgress, type LossPoint, type Piece, type Throughput } from "./training-progress";
import { WakingClock } from "./waking-clock";
import { sleptFor } from "./words";

export interface QualityPoint {
  readonly step: number;
  readonly quality: Metrics;
  /** Accuracy on the photos learned from since the point before, while they were; `null` where no labels were looked at. */
  readonly learned: number | null;
}

/** What a model is before the training that is under way: a cut alone, or what was recovered before. */
export interface Start {
  readonly what: "cut" | "before";
  readonly quality: Metrics;
}

export abstract class LearnerWork {
  work = $state.raw<Status<never>>(empty);
  beginning = $state.raw<Beginning | null>(null);
  /** What recovery begins with; in rounds the present one's. `null` before it was measured. */
  from = $state.raw<Start | null>(null);
  losses = $state.raw<readonly LossPoint[]>([]);
  judgments = $state.raw<readonly QualityPoint[]>([]);
  /** In rounds the present one's; `null` before that can be told. */
  pace = $state.raw<Throughput | null>(null);
  inRounds = $state(false);
  /** Something that went wrong without being the end: photos left out, learning that ran away. */
  remarks = $state.raw<readonly string[]>([]);
  /** The one that goes on or waits, or was the last one; `null` before the first. */
  job = $state.raw<Job | null>(null);
  /** Whether nothing is left to do but to measure what came out. */
  isMeasuring = false;
  readonly #driver = new Driver();
  /** Whether the core was given the work. */
  #isStarted = false;
  #stopping = false;
  /** Whether what came out is being written to the browser's storage: only the test is left. */
  #isKeeping = false;
  /** How far a measurement is: it may be ended early. */
  #measured: Progress | null = null;
  /** Milliseconds that the tab has slept since the work began. */
  #slept = 0;
  readonly #clock = new WakingClock((slept) => this.#wokeUp(slept));
  readonly #now = () => this.#clock.now();

  constructor(
    readonly core: Core,
    private readonly queue: JobQueue,
  ) {}

  /** Nothing of earlier work is to be seen any more. */
  protected abstract forget(): void;

  get paused(): boolean {
    return this.#driver.paused;
  }

  get isBusy(): boolean {
    return this.work.state === "loading";
  }

  pause(): void {
    this.#driver.pause();
  }

  resume(): void {
    this.#driver.resume();
  }

  /** Ends early and keeps what there is. */
  stop(): void {
    // A test that has not begun is left out: one photo would tell nothing.
    if (this.#isKeeping) return this.#leaveUntested();
    this.#stopping = true;
    // A worker that has died says so to whoever waits for its next step.
    if (this.#isStarted) void this.core.learner.stop().catch(() => undefined);
    this.resume();
  }

  cancel(): void {
    if (this.job && this.queue.withdraw(this.job)) return;
    // What is only left to be measured is there, and stays.
    if (this.isMeasuring) return this.stop();
    this.#stopping = true;
    this.#driver.cancel();
    this.core.cancel("learner");
  }

  /** Does it in its turn. */
  protected async attempt(what: Message, { model, title }: Subject, work: () => Promise<void>): Promise<void> {
    if (this.isBusy) return;
    const job: Job = { what, model, title, worker: "learner", cancel: () => this.cancel() };
    const ahead = this.queue.ahead("learner");
    this.job = job;
    if (ahead) this.work = loading(say(waitingFor(ahead)));
    if (!(await this.queue.run(job, () => this.#run(work)))) this.work = empty;
  }

  /** Hands the photos to the worker. */
  protected gather(subject: Pick<Subject, "preset" | "classes">, items: readonly TrainingItem[]): Promise<void> {
    return gather(this.core.learner, subject, items, {
      onProgress: (what, share) => (this.work = loading(what, share)),
      onLeftOut: (message) => this.remark(message),
      isStopped: () => this.#stopping,
    });
  }

  /** Does the work that was started to its end. Gives what the test told, where there was one. */
  async drive(course: () => TrainingProgress, handlers: Handlers): Promise<ComparisonResult | undefined> {
    const { learner } = this.core;
    this.#isStarted = true;
    if (this.#stopping) await learner.stop();
    const { tested } = await this.#driver.drive(learner, handlers, () => course().begin());
    this.endMeasuring();
    return tested;
  }

  /** From here on, whatever ends the work early ends measuring alone. */
  hasTrained(what: string): void {
    this.#stopping = false;
    this.isMeasuring = true;
    this.work = loading(what);
  }

  measure(what: string, progress: Progress): void {
    this.#measured = progress;
    this.show(what, progress);
  }

  /** A measurement that was ended early tells of the photos that were shown. */
  endMeasuring(): void {
    const { done, of } = this.#measured ?? { done: 0, of: 0 };
    if (done < of) this.remark(text("page-notice-measured-part", { done, total: of }));
    this.#measured = null;
  }

  /** Keeps what came out, which may take its time. */
  async keeping(keep: () => Promise<void>): Promise<void> {
    this.#isKeeping = true;
    await keep();
    this.#isKeeping = false;
  }

  remark(message: string): void {
    this.remarks = [...this.remarks, message];
  }

  /** Says where workers that helped to learn were lost. */
  async lookAfterHelpers(): Promise<void> {
    const lost = await this.core.learner.lostHelpers();
    if (lost > 0) this.remark(text("page-notice-workers-lost", { workers: lost }));
  }

  /** A cut that is to be recovered: nothing is known of how that goes. */
  course(): TrainingProgress {
    this.from = null;
    this.losses = [];
    this.pace = null;
    return new TrainingProgress(this.#now);
  }

  /** Shows now and then how a recovery goes, by its next piece. */
  async follow(course: TrainingProgress, what: string, piece: Piece): Promise<void> {
    if (!course.take(piece)) return;
    this.losses = course.losses;
    this.pace = course.pace;
    this.show(what, piece);
    await this.lookAfterHelpers();
  }

  /** How far a judgment on the way is, after this piece. */
  showJudging(what: string, { done, of }: Piece, { done: photo, of: photos }: Progress): void {
    const words =
      photo < photos
        ? text("page-progress-step-measuring", { what, done, total: of, photo, photos })
        : text("page-progress-step", { what, done, total: of });
    this.work = loading(words, done / of);
  }

  show(what: string, { done, of }: Pick<Progress, "done" | "of">): void {
    this.work = loading(text("page-progress-step", { what, done, total: of }), of > 0 ? done / of : null);
  }

  async #run(work: () => Promise<void>): Promise<void> {
    this.beginning = null;
    this.course();
    this.judgments = [];
    this.inRounds = false;
    this.remarks = [];
    this.#driver.begin();
    this.#isStarted = false;
    this.#stopping = false;
    this.isMeasuring = false;
    this.#isKeeping = false;
    this.#measured = null;
    this.#slept = 0;
    this.#clock.start();
    this.work = loading(text("page-progress-preparing"));
    this.forget();
    try {
      await work();
      this.work = empty;
    } catch (error) {
      this.work = failed(error);
    } finally {
      this.#isStarted = false;
      this.#clock.end();
    }
  }

  /** Ends here, with the model that is being kept. */
  #leaveUntested(): void {
    this.#driver.end();
    this.core.cancel("learner");
  }

  /** Whoever comes back wonders what became of it. */
  #wokeUp(slept: number): void {
    if (this.paused) return;
    const told = sleptFor(this.#slept);
    this.#slept += slept;
    this.remarks = [...this.remarks.filter((remark) => remark !== told), sleptFor(this.#slept)];
  }
}
