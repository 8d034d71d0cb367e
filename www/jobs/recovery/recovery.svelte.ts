/** What is done with a model in the learner's worker: a cut is recovered, a budget is searched for, or all is chosen automatically. */
import type { ComparisonResult, Core, Plan, Recovered, SearchGoal, ShrinkGoal } from "../../core/protocol";
import { originOf, type TrainingItem } from "../../data/sets/training-item";
import { randomId } from "../../state/ids";
import type { Attempt } from "../../state/kept/attempts";
import { continued } from "../../state/kept/automatic";
import { joined, type Origin } from "../../state/kept/origin";
import type { Search } from "../../state/kept/search";
import type { Outcome } from "../../state/results.svelte";
import { loading } from "../../state/status";
import { say, text } from "../../text";
import { message } from "../../text/message";
import type { JobQueue } from "../queue.svelte";
import type { RecoveryInput, Subject } from "../subject";
import { LearnerWork } from "./learner-work.svelte";
import { Shrinking } from "./shrinking.svelte";
import type { Piece } from "./training-progress";
import { keptEarlier, wordsOf } from "./words";

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

export class Recovery extends LearnerWork {
  /** What the job does that goes on or waits, or was the last one. */
  kind = $state.raw<"recovery" | "search" | "shrink">("recovery");
  /** The best model so far, which was given as an outcome on the way; it stays if the recovery does not come to its end. */
  checkpoint = $state.raw<Attempt["unfinished"]>(null);
  /** What was tried where all is chosen automatically. */
  readonly shrinking = new Shrinking();
  /** What the model that is recovered is called; the best on its way is too, and gives way to it. */
  #id = "";

  constructor(
    core: Core,
    private readonly listeners: Listeners,
    queue: JobQueue,
  ) {
    super(core, queue);
  }

  async recover(input: RecoveryInput, items: readonly TrainingItem[], plan: Plan): Promise<void> {
    if (!this.isBusy) this.kind = "recovery";
    await this.attempt(message("page-jobs-recovery", { model: input.title }), input, async () => {
      await this.gather(input, items);
      await this.core.learner.recover(input.original, input.pruned, plan, input.sizes);
      const { tested, id } = await this.#recovered(input, plan, joined(input.compared, originOf(items)));
      if (tested) this.listeners.onTested(id, tested);
    });
  }

  /** Rounds of cutting and recovering until one more would lose more than is accepted, or to a schedule's end. */
  async search(input: RecoveryInput, items: readonly TrainingItem[], plan: Plan, goal: SearchGoal): Promise<void> {
    if (!this.isBusy) this.kind = "search";
    await this.attempt(message("page-jobs-search", { model: input.title }), input, async () => {
      const { model, original, sizes, preset, recipe } = input;
      await this.gather(input, items);
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
    if (!this.isBusy) this.kind = "search";
    await this.attempt(message("page-jobs-search", { model: subject.title }), subject, async () => {
      await this.gather({ preset: search.preset, classes: subject.classes }, items);
      this.work = loading(text("page-progress-last-round"));
      await this.core.learner.resumeSearch(subject.original, search.state, search.best, subject.sizes);
      await this.#rounds(search, subject, text("page-progress-original-again"));
    });
  }

  /** Makes the model smaller and chooses how. `plan` says how the best cut is trained. */
  async shrink(subject: Subject, items: readonly TrainingItem[], plan: Plan, goal: ShrinkGoal): Promise<void> {
    if (!this.isBusy) this.kind = "shrink";
    await this.attempt(message("page-jobs-shrink", { model: subject.title }), subject, async () => {
      await this.gather(subject, items);
      await this.core.learner.shrink(subject.original, goal, plan, subject.sizes);
      const { model, before, preset } = subject;
      let id = this.#id;
      const tested = await this.shrinking.follow(this, { plan, goal, preset }, async (made) => {
        id = await this.listeners.onOutcome({ ...made, id: this.#id, model, before, origin: originOf(items) });
        this.checkpoint = made.unfinished;
      });
      if (tested) this.listeners.onTested(id, tested);
    });
  }

  /** A model that was kept on the way stays where it is, whatever comes after it. */
  leave(id: string): void {
    if (id === this.#id) this.#id = randomId();
  }

  protected override forget(): void {
    this.checkpoint = null;
    this.#id = randomId();
    this.shrinking.forget();
    this.listeners.onBegin();
  }

  /** Turns what a recovery tells into what is seen of it. Gives what the models were last called. */
  async #recovered(
    input: RecoveryInput,
    plan: Plan,
    origin: Origin,
  ): Promise<{ tested: ComparisonResult | undefined; id: string }> {
    const what = wordsOf(plan.method);
    const course = this.course();
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
        automatic: input.automatic && continued(input.automatic, plan),
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
    const tested = await this.drive(() => course, {
      progress: (progress) => {
        const { phase, done, of } = progress;
        if (phase === "baseline") this.show(text("page-progress-both"), progress);
        else if (phase === "testing") this.measure(text("page-progress-test"), progress);
        else if (phase !== "judging") return this.follow(course, what, (at = { done, of }));
        else if (this.isMeasuring) this.measure(text("page-progress-recovered"), progress);
        else this.showJudging(what, at, progress);
      },
      began: (beginning) => {
        this.beginning = beginning;
        this.from = { what: input.earlier.length > 0 ? "before" : "cut", quality: beginning.pruned };
        if (beginning.unmatched !== undefined) this.remark(say(beginning.unmatched));
      },
      learning: (learning) => this.follow(course, what, (at = learning)),
      judged: ({ done, quality, accuracy }) => {
        if (this.isMeasuring) return;
        this.judgments = [...this.judgments, { step: done, quality, learned: accuracy ?? null }];
      },
      checkpoint: (best) => tell(best, { done: best.kept!, of: at.of }),
      diverged: (reason) => this.remark(say(reason)),
      trained: () => this.hasTrained(text("page-progress-recovered")),
      recovered: async (recovered) => {
        this.endMeasuring();
        const { kept, done } = recovered;
        if (kept !== undefined && kept < done) this.remark(keptEarlier(kept, done));
        await this.keeping(() => tell(recovered, null));
      },
    });
    return { tested, id };
  }

  /** Turns what a search tells into what is seen of it. `measuring` says what is measured first. */
  async #rounds(begun: Omit<Search, "state">, { before }: Subject, measuring: string): Promise<void> {
    const { model, plan, run, origin } = begun;
    let { rounds, best } = begun;
    let course = this.course();
    const recovering = () => text("page-progress-round-recovering", { round: rounds + 1 });
    const tested = await this.drive(() => course, {
      progress: (progress) => {
        const round = rounds + 1;
        if (progress.phase === "testing") this.measure(text("page-progress-test"), progress);
        else if (progress.phase === "reference") this.show(measuring, progress);
        else if (progress.phase === "scoring") this.show(text("page-progress-round-criterion", { round }), progress);
        else if (progress.phase === "judging") this.show(text("page-progress-round-measuring", { round }), progress);
        else return this.follow(course, recovering(), { done: progress.done, of: progress.of });
      },
      began: (beginning) => {
        this.beginning = beginning;
        this.inRounds = true;
      },
      cut: (quality) => {
        this.from = { what: "cut", quality };
        this.work = loading(recovering());
      },
      learning: (learning) => this.follow(course, recovering(), learning),
      limit: (reason) => this.remark(say(reason)),
      candidate: async ({ candidate, bytes, recipe, left, least }) => {
        const { totals, cut, recovered: quality, milliseconds, accepted, diverged } = candidate;
        rounds += 1;
        if (diverged !== undefined) this.remark(text("page-notice-round", { round: rounds, what: say(diverged) }));
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
          automatic: null,
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
        course = this.course();
        this.work = loading(text("page-progress-round-pruning", { round: rounds + 1 }));
      },
      state: async ({ state, isOver }) => {
        this.listeners.onSearch(model, isOver ? null : { ...begun, rounds, best, state });
        await this.lookAfterHelpers();
      },
      trained: () => this.hasTrained(text("page-progress-test")),
    });
    if (tested) this.listeners.onTested(run, tested);
  }
}
