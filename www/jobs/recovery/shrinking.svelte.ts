/** All is chosen automatically: what is being tried, what came of what was tried before, and the model in the end. */
import type {
  ComparisonResult,
  Metrics,
  Plan,
  Preset,
  ShrinkGoal,
  ShrinkStep,
  Shrunk,
  TryingStrategy,
} from "../../core/protocol";
import { firstRecipe, plansOf, triedOf, type TriedEntry } from "../../state/kept/automatic";
import type { Outcome } from "../../state/results.svelte";
import { loading } from "../../state/status";
import { say, text } from "../../text";
import type { LearnerWork } from "./learner-work.svelte";
import type { Piece } from "./training-progress";
import { wordsOf } from "./words";

/** What is made of a model, whichever that is. */
export type Made = Omit<Outcome, "id" | "model" | "before" | "origin">;

/** What is asked for. */
export interface Wanted {
  readonly goal: ShrinkGoal;
  /** How the best cut is trained. */
  readonly plan: Plan;
  readonly preset: Preset;
}

export class Shrinking {
  /** What is being tried; `null` before and after. */
  trying = $state.raw<TryingStrategy | null>(null);
  /** What was tried before it. */
  entries = $state.raw<readonly TriedEntry[]>([]);
  /** The goal that nothing that was tried reaches, so that the model stays as it is; else `null`. */
  missed = $state.raw<ShrinkGoal | null>(null);

  forget(): void {
    this.trying = null;
    this.entries = [];
    this.missed = null;
  }

  /**
   * Turns what is told into what is seen of it. Gives what the test told, where there was one. `keep` keeps what came out, and the
   * best cut before it is trained: it took minutes to find.
   */
  follow(
    work: LearnerWork,
    wanted: Wanted,
    keep: (made: Made) => Promise<void>,
  ): Promise<ComparisonResult | undefined> {
    const { goal, plan } = wanted;
    let course = work.course();
    /** The file of the best cut, once that is trained. */
    let best: Uint8Array | null = null;
    let isKept = false;
    let at: Piece = { done: 0, of: 1 };
    const what = wordsOf(plan.method);
    return work.drive(() => course, {
      progress: (progress) => {
        const { phase, done, of } = progress;
        if (phase === "testing") work.measure(text("page-progress-test"), progress);
        else if (this.trying) work.show(this.#attempting(phase), progress);
        else if (!best) work.show(text("page-progress-original"), progress);
        else if (phase !== "judging") return work.follow(course, what, (at = { done, of }));
        else if (work.isMeasuring) work.measure(text("page-progress-recovered"), progress);
        else work.showJudging(what, at, progress);
      },
      began: (beginning) => (work.beginning = beginning),
      trying: (trying) => {
        this.trying = trying;
        work.work = loading(this.#attempting("cutting"));
      },
      tried: (tried) => (this.entries = [...this.entries, tried]),
      impossible: (impossible) => (this.entries = [...this.entries, impossible]),
      training: ({ bytes }) => {
        this.trying = null;
        best = bytes;
        course = work.course();
        work.work = loading(what);
      },
      cut: (quality) => (work.from = { what: "before", quality }),
      learning: async (learning) => {
        await work.follow(course, what, (at = learning));
        if (isKept || !best || !work.from) return;
        isKept = true;
        const cut = await this.#best(work, wanted, best, work.from.quality, learning.of);
        if (cut) await keep(cut);
      },
      judged: ({ done, quality, accuracy }) => {
        if (!work.isMeasuring) work.judgments = [...work.judgments, { step: done, quality, learned: accuracy ?? null }];
      },
      diverged: (reason) => work.remark(say(reason)),
      trained: () => work.hasTrained(text("page-progress-recovered")),
      shrunk: async (shrunk) => {
        this.trying = null;
        work.endMeasuring();
        work.hasTrained(text("page-progress-test"));
        const made = this.#made(work, wanted, shrunk);
        if (made) await work.keeping(() => keep(made));
        else this.missed = goal;
      },
    });
  }

  /** What is done with the strategy that is being tried. */
  #attempting(stage: string): string {
    const { name, attempted } = this.trying!;
    return text("page-progress-shrink", { strategy: say(name), number: attempted.number, total: attempted.of, stage });
  }

  /** `null`: no cut is within the accepted loss. */
  #made({ beginning }: LearnerWork, { plan, goal }: Wanted, shrunk: Shrunk): Made | null {
    const { bytes, totals, left, milliseconds, steps, taken, original, cut, quality } = shrunk;
    const recipe = firstRecipe(steps);
    if (!recipe || taken === undefined) return null;
    const plans = plansOf(steps);
    const score = original.score?.share ?? 0;
    return {
      bytes,
      totals,
      left,
      recipe,
      plan: plans.at(-1) ?? plan,
      earlier: plans.slice(0, -1),
      automatic: { goal, entries: this.entries, taken, steps },
      beginning: beginning!,
      cut,
      quality,
      milliseconds: milliseconds ?? null,
      least: "maxDrop" in goal ? score - goal.maxDrop : null,
      run: null,
      beyond: false,
      unfinished: null,
    };
  }

  /** The best cut, which is as good as this, as what comes out if training does not come to its end in so many steps. */
  async #best(
    work: LearnerWork,
    wanted: Wanted,
    bytes: Uint8Array,
    quality: Metrics,
    of: number,
  ): Promise<Made | null> {
    const tried = triedOf(this.entries).map((entry) => entry.tried);
    const taken = tried.findLastIndex(({ recovered }) => JSON.stringify(recovered) === JSON.stringify(quality));
    const found = tried[taken];
    if (!found) return null;
    const { recipes, totals, left, cut, reconstructed } = found;
    const steps: ShrinkStep[] = recipes.map((recipe) => ({ cut: recipe }));
    if (reconstructed) {
      const { plan, preset } = wanted;
      steps.push({ recover: await work.core.learner.plan("reconstruct", preset, { seed: plan.seed }) });
    }
    const { original } = work.beginning!;
    const made = this.#made(work, wanted, { bytes, totals, left, steps, taken, original, cut, quality });
    return made && { ...made, unfinished: { done: 0, of } };
  }
}
