/** A recovery under way in the learner's worker: what it learns from, how it goes, and what came out. */
import type {
  Advance,
  SearchGoal,
  Beginning,
  Core,
  Plan,
  Metrics,
  Recipe,
  Recovered,
  Retained,
  ComparisonResult,
  Totals,
} from "../core/protocol";
import { originOf, type TrainingItem } from "../data/sets/training-item";
import * as format from "../format";
import { waitingFor, type Job, type JobQueue } from "../jobs/queue.svelte";
import type { Attempt } from "../state/kept/attempts";
import { randomId } from "../state/ids";
import { joined, type Origin } from "../state/kept/origin";
import type { Search } from "../state/kept/search";
import { empty, failed, failureOf, loading, type Status } from "../state/status";
import { say, text } from "../text";
import { CANCELLED, message, PageError, type Message } from "../text/message";
import { TrainingProgress, type LossPoint, type Throughput } from "./training-progress";
import { gather } from "./gather";
import { prepare } from "./prepare";
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
  paused = $state(false);
  /** Something that went wrong without being the end: photos left out, learning that ran away. */
  remarks = $state.raw<readonly string[]>([]);
  /** The best model so far, which was given as an outcome on the way; it stays if the recovery does not come to its end. */
  checkpoint = $state.raw<Attempt["unfinished"]>(null);
  /** The one that goes on or waits, or was the last one; `null` before the first. */
  job = $state.raw<Job | null>(null);
  /** What the model that is recovered is called; the best on its way is too, and gives way to it. */
  #id = "";
  #resume: (() => void) | null = null;
  #stopping = false;
  /** Whether nothing is left to do but to measure what came out. */
  #isMeasuring = false;
  #isCancelled = false;
  /** Milliseconds that the tab has slept since the work began. */
  #slept = 0;
  readonly #clock = new WakingClock((slept) => this.#wokeUp(slept));
  readonly #now = () => this.#clock.now();

  constructor(
    private readonly core: Core,
    private readonly listeners: Listeners,
    private readonly queue: JobQueue,
  ) {}

  get isBusy(): boolean {
    return this.work.state === "loading";
  }

  async recover(input: RecoveryInput, items: readonly TrainingItem[], plan: Plan): Promise<void> {
    await this.#attempt(message("page-jobs-recovery", { model: input.title }), input, async () => {
      const { learner } = this.core;
      await this.#gather(input, items);
      await learner.recover(input.original, input.pruned, plan, input.sizes);
      const beginning = await this.#begin(text("page-progress-both"));
      this.from = { what: input.earlier.length > 0 ? "before" : "cut", quality: beginning.pruned };
      if (beginning.unmatched !== undefined) this.#remark(say(beginning.unmatched));
      const origin = joined(input.compared, originOf(items));
      const tell = async (
        { bytes, totals, left, milliseconds }: Recovered,
        quality: Metrics,
        unfinished: Outcome["unfinished"],
      ) => {
        const id = await this.listeners.onOutcome({
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
          quality,
          milliseconds: milliseconds ?? null,
          least: null,
          run: null,
          beyond: false,
          unfinished,
          origin,
        });
        this.checkpoint = unfinished;
        return id;
      };
      const done = await this.#learn(plan, (best, of) => tell(best, best.quality!, { done: best.kept!, of }));
      this.#hasLearned();
      const judged = await this.#measure(() => learner.judge(), text("page-progress-recovered"));
      const recovered = await learner.finish();
      const { kept, quality } = recovered;
      if (kept !== undefined && kept < done) this.#remark(keptEarlier(kept, done));
      const id = await tell(recovered, quality ?? judged!.quality, null);
      if (!this.#stopping) await this.#test(id);
    });
  }

  /** Rounds of cutting and recovering until one more would lose more than is accepted, or to a schedule's end. */
  async toLine(input: RecoveryInput, items: readonly TrainingItem[], plan: Plan, aim: SearchGoal): Promise<void> {
    await this.#attempt(message("page-jobs-search", { model: input.title }), input, async () => {
      const { learner } = this.core;
      const { model, original, sizes, preset, recipe } = input;
      await this.#gather(input, items);
      await learner.toLine(original, recipe, plan, aim, sizes);
      await this.#begin(text("page-progress-original"));
      const run = randomId();
      const origin = joined(input.compared, originOf(items));
      const best = new Uint8Array();
      await this.#rounds({ run, model, plan, preset, origin, rounds: 0, best }, input);
    });
  }

  /** Goes on with a search from its last finished round, on the same photos. */
  async goOn(search: Search, subject: Subject, items: readonly TrainingItem[]): Promise<void> {
    await this.#attempt(message("page-jobs-search", { model: subject.title }), subject, async () => {
      const { learner } = this.core;
      await this.#gather({ preset: search.preset, classes: subject.classes }, items);
      this.work = loading(text("page-progress-last-round"));
      await learner.resumeLine(subject.original, search.state, search.best, subject.sizes);
      await this.#begin(text("page-progress-original-again"));
      await this.#rounds(search, subject);
    });
  }

  async #begin(measuring: string): Promise<Beginning> {
    const { learner } = this.core;
    await prepare(learner, measuring, {
      onProgress: (what, advance) => this.#show(what, advance),
      unpaused: () => this.#unpaused(),
    });
    return (this.beginning = await learner.begin());
  }

  async #rounds(begun: Omit<Search, "state">, { before }: Subject): Promise<void> {
    const { learner } = this.core;
    const beginning = this.beginning!;
    let { rounds, best } = begun;
    let over = false;
    this.inRounds = true;
    let course = this.#course();
    while (!this.#stopping && !over) {
      await this.#unpaused();
      course.begin();
      const { stage, isOver, least, bytes, made, state } = await learner.round();
      over = isOver;
      const round = rounds + 1;
      const recovering = text("page-progress-round-recovering", { round });
      if ("scoring" in stage) this.#show(text("page-progress-round-criterion", { round }), stage.scoring);
      else if ("judging" in stage) this.#show(text("page-progress-round-measuring", { round }), stage.judging);
      else if ("cut" in stage) {
        this.from = { what: "cut", quality: stage.cut };
        this.work = loading(recovering);
      } else if ("recovering" in stage) await this.#follow(course, recovering, stage.recovering);
      else if ("limit" in stage) this.#remark(say(stage.limit));
      else {
        const { totals, cut, recovered: quality, milliseconds, accepted, diverged } = stage.judged;
        rounds += 1;
        if (diverged !== undefined) this.#remark(text("page-notice-round", { round, what: say(diverged) }));
        if (accepted) best = bytes;
        await this.listeners.onOutcome({
          id: randomId(),
          model: begun.model,
          before,
          bytes,
          totals,
          ...made!,
          plan: begun.plan,
          earlier: [],
          beginning,
          cut,
          quality,
          milliseconds: milliseconds ?? null,
          least,
          run: begun.run,
          beyond: !accepted,
          unfinished: null,
          origin: begun.origin,
        });
        course = this.#course();
        this.work = loading(text("page-progress-round-pruning", { round: rounds + 1 }));
      }
      if (state !== undefined) {
        this.listeners.onSearch(begun.model, { ...begun, rounds, best, state });
        await this.#lookAfterHelpers();
      }
    }
    if (over) this.listeners.onSearch(begun.model, null);
    this.#hasLearned();
    if (rounds > 0) await this.#test(begun.run);
  }

  /** From here on, whatever ends the work early ends measuring alone. */
  #hasLearned(): void {
    this.#stopping = false;
    this.#isMeasuring = true;
  }

  /** The last word on a recovered model, or on the best one of a search. */
  async #test(of: string): Promise<void> {
    const begin = () => this.core.learner.beginTest();
    const tested = await this.#measure(begin, text("page-progress-test"));
    if (tested) this.listeners.onTested(of, tested);
  }

  /** Measures what came out, a few photos at a time; `null` where there are no photos. Ended early, it tells of those shown. */
  async #measure(begin: () => Promise<number>, what: string): Promise<ComparisonResult | null> {
    const { learner } = this.core;
    this.work = loading(what);
    const of = await begin();
    if (of === 0) return null;
    let done = 0;
    while (done < of && !(this.#stopping && done > 0)) {
      await this.#unpaused();
      const advance = await learner.advanceTrial();
      this.#show(what, advance);
      done = advance.done;
    }
    if (done < of) this.#remark(text("page-notice-measured-part", { done, total: of }));
    return learner.finishTrial();
  }

  /** A model that was kept on the way stays where it is, whatever comes after it. */
  leave(id: string): void {
    if (id === this.#id) this.#id = randomId();
  }

  pause(): void {
    this.paused = true;
  }

  resume(): void {
    this.paused = false;
    this.#resume?.();
    this.#resume = null;
  }

  /** Ends early and keeps what there is. */
  stop(): void {
    this.#stopping = true;
    this.resume();
  }

  cancel(): void {
    if (this.job && this.queue.withdraw(this.job)) return;
    // What is only left to be measured is there, and stays.
    this.#isCancelled = !this.#isMeasuring;
    this.stop();
    if (this.#isCancelled) this.core.cancel("learner");
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
    this.paused = false;
    this.#stopping = false;
    this.#isCancelled = false;
    this.#isMeasuring = false;
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

  /**
   * Does all pieces of a recovery, and judges on the way where it learns: each model that is better than all before it is handed
   * over there, with the number of pieces that there are. Gives how many pieces were done.
   */
  async #learn(plan: Plan, onBetter: (best: Recovered, of: number) => Promise<unknown>): Promise<number> {
    const { learner } = this.core;
    const what = {
      recalibrate: text("page-progress-recalibrate"),
      "correct-bias": text("page-progress-correct-bias"),
      reconstruct: text("page-progress-reconstruct"),
      distill: text("page-progress-distill"),
      finetune: text("page-progress-finetune"),
    }[plan.method];
    const course = new TrainingProgress(this.#now);
    let done = 0;
    try {
      while (!this.#stopping) {
        await this.#unpaused();
        course.begin();
        const advance = await learner.advance();
        done = advance.done;
        await this.#follow(course, what, advance);
        if (advance.done >= advance.of) break;
        if (advance.due) {
          await this.#judge(what, advance);
          const best = await learner.checkpoint(this.checkpoint?.done ?? 0);
          if (best) await onBetter(best, advance.of);
        }
      }
      if (done > 0) await learner.conclude();
    } catch (error) {
      // The last good weights are kept, and taken.
      if (failureOf(error).code !== "diverged") throw error;
      this.#remark(failureOf(error).message);
    }
    return done;
  }

  /** A cut that is to be recovered: nothing is known of how that goes. */
  #course(): TrainingProgress {
    this.from = null;
    this.losses = [];
    this.pace = null;
    return new TrainingProgress(this.#now);
  }

  /** Shows now and then how a recovery goes, by its next piece. */
  async #follow(course: TrainingProgress, what: string, advance: Advance): Promise<void> {
    if (!course.take(advance)) return;
    this.losses = course.losses;
    this.pace = course.pace;
    this.#show(what, advance);
    await this.#lookAfterHelpers();
  }

  /** How good the model is by now, a few photos at a time; whatever ends the work early ends this too. */
  async #judge(what: string, { done, of, accuracy }: Advance): Promise<void> {
    const { learner } = this.core;
    const photos = await learner.judge();
    for (let shown = 0; shown < photos;) {
      await this.#unpaused();
      if (this.#stopping) return;
      shown = (await learner.advanceTrial()).done;
      const words =
        shown < photos
          ? text("page-progress-step-measuring", { what, done, total: of, photo: shown, photos })
          : text("page-progress-step", { what, done, total: of });
      this.work = loading(words, done / of);
    }
    const { quality } = await learner.finishTrial();
    this.judgements = [...this.judgements, { step: done, quality, learned: accuracy ?? null }];
  }

  #show(what: string, { done, of }: Advance): void {
    this.work = loading(text("page-progress-step", { what, done, total: of }), of > 0 ? done / of : null);
  }

  async #unpaused(): Promise<void> {
    if (this.paused) await new Promise<void>((resolve) => (this.#resume = resolve));
    // Whoever was paused has no call under way that the worker's end would end.
    if (this.#isCancelled) throw new PageError(CANCELLED, "cancelled");
  }
}

/** What to say where not the last model is kept, of all that were judged on the way. */
function keptEarlier(kept: number, done: number): string {
  return kept === 0 ? text("page-notice-kept-start") : text("page-notice-kept-earlier", { kept, last: done });
}

function sleptFor(milliseconds: number): string {
  return text("page-notice-slept", { time: format.estimate(milliseconds) });
}
