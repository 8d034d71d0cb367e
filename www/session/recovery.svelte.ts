/** A recovery under way in the learner's worker: what it learns from, how it goes, and what came out. */
import type {
  Beginning,
  ComparisonResult,
  Core,
  Metrics,
  Plan,
  Progress,
  Recipe,
  Recovered,
  Retained,
  SearchGoal,
  Totals,
} from "../core/protocol";
import { originOf, type TrainingItem } from "../data/sets/training-item";
import * as format from "../format";
import { Driver, type Handlers } from "../jobs/driver.svelte";
import { waitingFor, type Job, type JobQueue } from "../jobs/queue.svelte";
import type { Attempt } from "../state/kept/attempts";
import { randomId } from "../state/ids";
import { joined, type Origin } from "../state/kept/origin";
import type { Search } from "../state/kept/search";
import { empty, failed, loading, type Status } from "../state/status";
import { say, text } from "../text";
import { message, type Message } from "../text/message";
import { TrainingProgress, type LossPoint, type Piece, type Throughput } from "./training-progress";
import { gather } from "./gather";
import type { RecoveryInput, Subject } from "../jobs/subject";
import { WakingClock } from "../jobs/recovery/waking-clock";

/** A model that came out. The next one of the same `id` takes its place. */
export interface Outcome {
  readonly id: string;
  /** The model that it was cut from, and what that costs. */
  readonly model: string;
  readonly before: Totals;
  readonly bytes: Uint8Array;
  readonly totals: Totals;
  /** What is left of the original. */
  readonly left: Retained;
  readonly recipe: Recipe;
  readonly plan: Plan;
  /** How it had been recovered before. */
  readonly earlier: readonly Plan[];
  readonly beginning: Beginning;
  /** Before recovery, and after it: on the photos that were held back. */
  readonly cut: Metrics;
  readonly quality: Metrics;
  /** Milliseconds for one photo. */
  readonly milliseconds: number | null;
  /** The least score on this side of the line, where a search made it, and the search that did. */
  readonly least: number | null;
  readonly run: string | null;
  /** Whether it is beyond that line. */
  readonly beyond: boolean;
  /** Where it was kept on the way of a recovery that goes on. */
  readonly unfinished: Attempt["unfinished"];
  readonly origin: Origin;
}

/** What becomes of a recovery while it goes on. */
export interface Listeners {
  onBegin(): void;
  /** Resolves once it is kept, with what it is called: another `id` where the one of that `id` is to stay. */
  onOutcome(outcome: Outcome): Promise<string>;
  /** A model's search as it stands after another round; `null` when it is over. */
  onSearch(model: string, search: Search | null): void;
  /** An outcome, or the best model of a search, on photos that nothing was learned from or chosen by. */
  onTested(of: string, tested: ComparisonResult): void;
}

export interface QualityPoint {
  readonly step: number;
  readonly quality: Metrics;
  /** Accuracy on the photos learned from since the point before, while they were; `null` where no labels were looked at. */
  readonly learned: number | null;
}

export class Recovery {
  work = $state.raw<Status<never>>(empty);
  beginning = $state.raw<Beginning | null>(null);
  /** What recovery begins with, a cut alone or what was recovered before; in rounds the present one's. `null` before it was measured. */
  from = $state.raw<{ readonly what: "cut" | "before"; readonly quality: Metrics } | null>(null);
  losses = $state.raw<readonly LossPoint[]>([]);
  judgements = $state.raw<readonly QualityPoint[]>([]);
  /** In rounds the present one's; `null` before that can be told. */
  pace = $state.raw<Throughput | null>(null);
  inRounds = $state(false);
  /** Something that went wrong without being the end: photos left out, learning that ran away. */
  remarks = $state.raw<readonly string[]>([]);
  /** The best model so far, which was given as an outcome on the way; it stays if the recovery does not come to its end. */
  checkpoint = $state.raw<Attempt["unfinished"]>(null);
  /** The one that goes on or waits, or was the last one; `null` before the first. */
  job = $state.raw<Job | null>(null);
  /** What the model that is recovered is called; the best on its way is too, and gives way to it. */
  #id = "";
  readonly #driver = new Driver();
  /** Whether the core was given the work. */
  #isStarted = false;
  #stopping = false;
  /** Whether nothing is left to do but to measure what came out. */
  #isMeasuring = false;
  /** How far a measurement is: it may be ended early. */
  #measured: Progress | null = null;
  /** Milliseconds that the tab has slept since the work began. */
  #slept = 0;
  readonly #clock = new WakingClock((slept) => this.#wokeUp(slept));
  readonly #now = () => this.#clock.now();

  constructor(
    private readonly core: Core,
    private readonly listeners: Listeners,
    private readonly queue: JobQueue,
  ) {}

  get paused(): boolean {
    return this.#driver.paused;
  }

  get isBusy(): boolean {
    return this.work.state === "loading";
  }

  async recover(input: RecoveryInput, items: readonly TrainingItem[], plan: Plan): Promise<void> {
    await this.#attempt(message("page-jobs-recovery", { model: input.title }), input, async () => {
      await this.#gather(input, items);
      await this.core.learner.recover(input.original, input.pruned, plan, input.sizes);
      const { tested, id } = await this.#recovered(input, plan, joined(input.compared, originOf(items)));
      if (tested) this.listeners.onTested(id, tested);
    });
  }

  /** Rounds of cutting and recovering until one more would lose more than is accepted, or to a schedule's end. */
  async search(input: RecoveryInput, items: readonly TrainingItem[], plan: Plan, goal: SearchGoal): Promise<void> {
    await this.#attempt(message("page-jobs-search", { model: input.title }), input, async () => {
      const { model, original, sizes, preset, recipe } = input;
      await this.#gather(input, items);
      await this.core.learner.search(original, recipe, plan, goal, sizes);
      const run = randomId();
      const origin = joined(input.compared, originOf(items));
      const best = new Uint8Array();
      const begun = { run, model, plan, preset, origin, rounds: 0, best };
      await this.#rounds(begun, input, text("page-progress-original"));
    });
  }

  /** Resumes a search from its last finished round, on the same photos. */
  async resumeSearch(search: Search, subject: Subject, items: readonly TrainingItem[]): Promise<void> {
    await this.#attempt(message("page-jobs-search", { model: subject.title }), subject, async () => {
      await this.#gather({ preset: search.preset, classes: subject.classes }, items);
      this.work = loading(text("page-progress-last-round"));
      await this.core.learner.resumeSearch(subject.original, search.state, search.best, subject.sizes);
      await this.#rounds(search, subject, text("page-progress-original-again"));
    });
  }

  /** Turns what a recovery tells into what is seen of it. Gives what the models were last called. */
  async #recovered(
    input: RecoveryInput,
    plan: Plan,
    origin: Origin,
  ): Promise<{ tested: ComparisonResult | undefined; id: string }> {
    const what = wordsOf(plan.method);
    const course = this.#course();
    let id = this.#id;
    let at: Piece = { done: 0, of: 1 };
    const tell = async (
      { bytes, totals, left, milliseconds, quality }: Recovered,
      unfinished: Outcome["unfinished"],
    ): Promise<void> => {
      const beginning = this.beginning!;
      id = await this.listeners.onOutcome({
        id: this.#id,
        model: input.model,
        before: input.before,
        bytes,
        totals,
        left,
        recipe: input.recipe,
        plan,
        earlier: input.earlier,
        beginning,
        cut: beginning.pruned,
        quality: quality!,
        milliseconds: milliseconds ?? null,
        least: null,
        run: null,
        beyond: false,
        unfinished,
        origin,
      });
      this.checkpoint = unfinished;
    };
    const tested = await this.#drive(() => course, {
      progress: (progress) => {
        const { phase, done, of } = progress;
        if (phase === "baseline") this.#show(text("page-progress-both"), progress);
        else if (phase === "testing") this.#measure(text("page-progress-test"), progress);
        else if (phase !== "judging") return this.#follow(course, what, (at = { done, of }));
        else if (this.#isMeasuring) this.#measure(text("page-progress-recovered"), progress);
        else this.#showJudging(what, at, progress);
      },
      began: (beginning) => {
        this.beginning = beginning;
        this.from = { what: input.earlier.length > 0 ? "before" : "cut", quality: beginning.pruned };
        if (beginning.unmatched !== undefined) this.#remark(say(beginning.unmatched));
      },
      learning: (learning) => this.#follow(course, what, (at = learning)),
      judged: ({ done, quality, accuracy }) => {
        if (this.#isMeasuring) return;
        this.judgements = [...this.judgements, { step: done, quality, learned: accuracy ?? null }];
      },
      checkpoint: (best) => tell(best, { done: best.kept!, of: at.of }),
      diverged: (reason) => this.#remark(say(reason)),
      trained: () => this.#hasTrained(text("page-progress-recovered")),
      recovered: async (recovered) => {
        this.#endMeasuring();
        const { kept, done } = recovered;
        if (kept !== undefined && kept < done) this.#remark(keptEarlier(kept, done));
        await tell(recovered, null);
      },
    });
    return { tested, id };
  }

  /** Turns what a search tells into what is seen of it. `measuring` says what is measured first. */
  async #rounds(begun: Omit<Search, "state">, { before }: Subject, measuring: string): Promise<void> {
    const { model, plan, run, origin } = begun;
    let { rounds, best } = begun;
    let course = this.#course();
    const recovering = () => text("page-progress-round-recovering", { round: rounds + 1 });
    const tested = await this.#drive(() => course, {
      progress: (progress) => {
        const round = rounds + 1;
        if (progress.phase === "testing") this.#measure(text("page-progress-test"), progress);
        else if (progress.phase === "reference") this.#show(measuring, progress);
        else if (progress.phase === "scoring") this.#show(text("page-progress-round-criterion", { round }), progress);
        else if (progress.phase === "judging") this.#show(text("page-progress-round-measuring", { round }), progress);
        else return this.#follow(course, recovering(), { done: progress.done, of: progress.of });
      },
      began: (beginning) => {
        this.beginning = beginning;
        this.inRounds = true;
      },
      cut: (quality) => {
        this.from = { what: "cut", quality };
        this.work = loading(recovering());
      },
      learning: (learning) => this.#follow(course, recovering(), learning),
      limit: (reason) => this.#remark(say(reason)),
      candidate: async ({ candidate, bytes, recipe, left, least }) => {
        const { totals, cut, recovered: quality, milliseconds, accepted, diverged } = candidate;
        rounds += 1;
        if (diverged !== undefined) this.#remark(text("page-notice-round", { round: rounds, what: say(diverged) }));
        if (accepted) best = bytes;
        await this.listeners.onOutcome({
          id: randomId(),
          model,
          before,
          bytes,
          totals,
          left,
          recipe,
          plan,
          earlier: [],
          beginning: this.beginning!,
          cut,
          quality,
          milliseconds: milliseconds ?? null,
          least,
          run,
          beyond: !accepted,
          unfinished: null,
          origin,
        });
        course = this.#course();
        this.work = loading(text("page-progress-round-pruning", { round: rounds + 1 }));
      },
      state: async ({ state, isOver }) => {
        this.listeners.onSearch(model, isOver ? null : { ...begun, rounds, best, state });
        await this.#lookAfterHelpers();
      },
      trained: () => this.#hasTrained(text("page-progress-test")),
    });
    if (tested) this.listeners.onTested(run, tested);
  }

  /** Does the work that was started to its end. Gives what the test told, where there was one. */
  async #drive(course: () => TrainingProgress, handlers: Handlers): Promise<ComparisonResult | undefined> {
    const { learner } = this.core;
    this.#isStarted = true;
    if (this.#stopping) await learner.stop();
    const { tested } = await this.#driver.drive(learner, handlers, () => course().begin());
    this.#endMeasuring();
    return tested;
  }

  /** From here on, whatever ends the work early ends measuring alone. */
  #hasTrained(what: string): void {
    this.#stopping = false;
    this.#isMeasuring = true;
    this.work = loading(what);
  }

  #measure(what: string, progress: Progress): void {
    this.#measured = progress;
    this.#show(what, progress);
  }

  /** A measurement that was ended early tells of the photos that were shown. */
  #endMeasuring(): void {
    const { done, of } = this.#measured ?? { done: 0, of: 0 };
    if (done < of) this.#remark(text("page-notice-measured-part", { done, total: of }));
    this.#measured = null;
  }

  /** A model that was kept on the way stays where it is, whatever comes after it. */
  leave(id: string): void {
    if (id === this.#id) this.#id = randomId();
  }

  pause(): void {
    this.#driver.pause();
  }

  resume(): void {
    this.#driver.resume();
  }

  /** Ends early and keeps what there is. */
  stop(): void {
    this.#stopping = true;
    // A worker that has died says so to whoever waits for its next step.
    if (this.#isStarted) void this.core.learner.stop().catch(() => undefined);
    this.resume();
  }

  cancel(): void {
    if (this.job && this.queue.withdraw(this.job)) return;
    // What is only left to be measured is there, and stays.
    if (this.#isMeasuring) return this.stop();
    this.#stopping = true;
    this.#driver.cancel();
    this.core.cancel("learner");
  }

  /** Does it in its turn. */
  async #attempt(what: Message, { model, title }: Subject, work: () => Promise<void>): Promise<void> {
    if (this.isBusy) return;
    const job: Job = { what, model, title, worker: "learner", cancel: () => this.cancel() };
    const ahead = this.queue.ahead("learner");
    this.job = job;
    if (ahead) this.work = loading(say(waitingFor(ahead)));
    if (!(await this.queue.run(job, () => this.#run(work)))) this.work = empty;
  }

  async #run(work: () => Promise<void>): Promise<void> {
    this.beginning = null;
    this.#course();
    this.judgements = [];
    this.inRounds = false;
    this.remarks = [];
    this.checkpoint = null;
    this.#id = randomId();
    this.#driver.begin();
    this.#isStarted = false;
    this.#stopping = false;
    this.#isMeasuring = false;
    this.#measured = null;
    this.#slept = 0;
    this.#clock.start();
    this.work = loading(text("page-progress-preparing"));
    this.listeners.onBegin();
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

  #gather(subject: Pick<Subject, "preset" | "classes">, items: readonly TrainingItem[]): Promise<void> {
    return gather(this.core.learner, subject, items, {
      onProgress: (what, share) => (this.work = loading(what, share)),
      onLeftOut: (message) => this.#remark(message),
      isStopped: () => this.#stopping,
    });
  }

  #remark(message: string): void {
    this.remarks = [...this.remarks, message];
  }

  /** Whoever comes back wonders what became of it. */
  #wokeUp(slept: number): void {
    if (this.paused) return;
    const told = sleptFor(this.#slept);
    this.#slept += slept;
    this.remarks = [...this.remarks.filter((remark) => remark !== told), sleptFor(this.#slept)];
  }

  /** Says where workers that helped to learn were lost. */
  async #lookAfterHelpers(): Promise<void> {
    const lost = await this.core.learner.lostHelpers();
    if (lost > 0) this.#remark(text("page-notice-workers-lost", { workers: lost }));
  }

  /** A cut that is to be recovered: nothing is known of how that goes. */
  #course(): TrainingProgress {
    this.from = null;
    this.losses = [];
    this.pace = null;
    return new TrainingProgress(this.#now);
  }

  /** Shows now and then how a recovery goes, by its next piece. */
  async #follow(course: TrainingProgress, what: string, piece: Piece): Promise<void> {
    if (!course.take(piece)) return;
    this.losses = course.losses;
    this.pace = course.pace;
    this.#show(what, piece);
    await this.#lookAfterHelpers();
  }

  /** How far a judgement on the way is, after this piece. */
  #showJudging(what: string, { done, of }: Piece, { done: photo, of: photos }: Progress): void {
    const words =
      photo < photos
        ? text("page-progress-step-measuring", { what, done, total: of, photo, photos })
        : text("page-progress-step", { what, done, total: of });
    this.work = loading(words, done / of);
  }

  #show(what: string, { done, of }: Pick<Progress, "done" | "of">): void {
    this.work = loading(text("page-progress-step", { what, done, total: of }), of > 0 ? done / of : null);
  }
}

/** What a method does, while it does it. */
function wordsOf(method: Plan["method"]): string {
  switch (method) {
    case "recalibrate":
      return text("page-progress-recalibrate");
    case "correct-bias":
      return text("page-progress-correct-bias");
    case "reconstruct":
      return text("page-progress-reconstruct");
    case "distill":
      return text("page-progress-distill");
    case "finetune":
      return text("page-progress-finetune");
  }
}

/** What to say where not the last model is kept, of all that were judged on the way. */
function keptEarlier(kept: number, done: number): string {
  return kept === 0 ? text("page-notice-kept-start") : text("page-notice-kept-earlier", { kept, last: done });
}

function sleptFor(milliseconds: number): string {
  return text("page-notice-slept", { time: format.estimate(milliseconds) });
}
