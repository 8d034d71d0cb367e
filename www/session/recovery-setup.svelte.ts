/** What a recovery or a search is started with: the visitor's settings, and the core's defaults for the rest. */
import type { Core, Method, Plan, Preset, Recipe, SearchGoal } from "../core/protocol";
import { areLabeled } from "../data/sets/training-item";
import { failureOf, type Failure } from "../state/status";
import { learns, overrides, type RecoverySettings } from "../state/decisions/training";
import type { Recovery } from "./recovery.svelte";
import type { RecoveryInput } from "../jobs/subject";
import { Tracked } from "../state/tracked.svelte";
import type { TrainingData } from "../state/training-data.svelte";

/** What it depends on. */
export interface Chosen {
  readonly settings: () => RecoverySettings;
  /** `null`: none is open. */
  readonly preset: () => Preset | null;
  readonly trainingData: TrainingData;
  readonly recovery: Recovery;
}

interface Asked {
  readonly method: Method;
  readonly optimiser: RecoverySettings["wanted"]["optimiser"];
  readonly preset: Preset;
}

export class RecoverySetup {
  readonly labeled = $derived.by(() => {
    const { all } = this.from.trainingData;
    return all.length > 0 && areLabeled(all);
  });
  /** The core's defaults for the method and the photos; `null` before they are known. */
  readonly defaults = $derived.by((): Plan | null => {
    const known = this.#known.answer;
    return known && areSame(known.asked, this.#asked) ? known.plan : null;
  });
  /** Why the core can't do with these settings. It goes with them. */
  readonly failure = $derived.by((): Failure | null => {
    if (this.#refused?.settings === this.from.settings()) return this.#refused.failure;
    return this.#known.failure;
  });
  readonly #known = new Tracked<Asked, { asked: Asked; plan: Plan }>(async (asked) => {
    const { method, preset, optimiser } = asked;
    return { asked, plan: await this.core.learner.plan(method, preset, { optimizer: optimiser }) };
  });
  #refused = $state.raw<{ readonly settings: RecoverySettings; readonly failure: Failure } | null>(null);
  readonly #method = $derived.by(() => this.from.settings().method);
  readonly #optimiser = $derived.by(() => this.from.settings().wanted.optimiser);
  readonly #asked = $derived.by((): Asked | null => {
    const preset = this.from.preset();
    return preset && learns(this.#method) ? { method: this.#method, optimiser: this.#optimiser, preset } : null;
  });

  constructor(
    private readonly core: Core,
    private readonly from: Chosen,
  ) {}

  /** Asks for the defaults where they are not known. To be called in an effect. */
  follow(): void {
    if (this.#asked) this.#known.ask(this.#asked);
  }

  async recover(input: RecoveryInput): Promise<void> {
    const plan = await this.#plan(input.preset);
    if (plan) await this.from.recovery.recover(input, this.from.trainingData.all, plan);
  }

  async search(input: RecoveryInput, recipe: Recipe, goal: SearchGoal): Promise<void> {
    const plan = await this.#plan(input.preset);
    if (plan) await this.from.recovery.search({ ...input, recipe }, this.from.trainingData.all, plan, goal);
  }

  /** Takes the refusal of the settings out of sight. */
  dismiss(): void {
    this.#refused = null;
  }

  /** `null` where the core refuses it: `failure` says why. */
  async #plan(preset: Preset): Promise<Plan | null> {
    const settings = this.from.settings();
    try {
      const plan = await this.core.learner.plan(settings.method, preset, overrides(settings, this.labeled));
      this.#refused = null;
      return plan;
    } catch (error) {
      this.#refused = { settings, failure: failureOf(error) };
      return null;
    }
  }
}

function areSame(one: Asked, other: Asked | null): boolean {
  return one.method === other?.method && one.optimiser === other.optimiser && one.preset === other.preset;
}
