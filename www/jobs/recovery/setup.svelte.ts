/** What long work of the learner is started with: the visitor's settings, and the core's defaults for the rest. */
import type { Core, Plan, Preset, Recipe, SearchGoal, ShrinkGoal } from "../../core/protocol";
import { areLabeled } from "../../data/sets/training-item";
import { Answer } from "../../state/answer.svelte";
import { learns, overrides, type RecoverySettings } from "../../state/decisions/training";
import { failureOf, type Failure } from "../../state/status";
import type { TrainingData } from "../../state/training-data.svelte";
import type { RecoveryInput, Subject } from "../subject";
import type { Recovery } from "./recovery.svelte";

/** What it depends on. */
export interface Chosen {
  readonly settings: () => RecoverySettings;
  /** `null`: none is open. */
  readonly preset: () => Preset | null;
  readonly trainingData: TrainingData;
  readonly recovery: Recovery;
}

export class RecoverySetup {
  readonly labeled = $derived.by(() => {
    const { all } = this.from.trainingData;
    return all.length > 0 && areLabeled(all);
  });
  readonly #method = $derived.by(() => this.from.settings().method);
  readonly #optimizer = $derived.by(() => this.from.settings().wanted.optimiser);
  readonly #preset = $derived.by(() => this.from.preset());
  /** The core's defaults for what is chosen now; `null` where nothing is trained. */
  readonly #defaults = $derived.by((): Answer<Plan> | null => {
    const [method, optimizer, preset] = [this.#method, this.#optimizer, this.#preset];
    return preset && learns(method)
      ? new Answer(this.core.learner.plan(method, preset, optimizer ? { optimizer } : {}))
      : null;
  });
  #refused = $state.raw<{
    readonly settings: RecoverySettings;
    readonly preset: Preset | null;
    readonly isAutomatic: boolean;
    readonly failure: Failure;
  } | null>(null);
  /** The core's defaults for the method and the photos; `null` before they are known. */
  readonly defaults = $derived.by(() => this.#defaults?.value ?? null);
  /** Why the core can't do with these settings. It goes with them, and with the preset. */
  readonly failure = $derived.by((): Failure | null => this.#refusal(false) ?? this.#defaults?.failure ?? null);
  /** The same where everything else is chosen automatically. */
  readonly automaticFailure = $derived.by((): Failure | null => this.#refusal(true));

  constructor(
    private readonly core: Core,
    private readonly from: Chosen,
  ) {}

  async recover(input: RecoveryInput): Promise<void> {
    const plan = await this.#plan(input.preset);
    if (plan) await this.from.recovery.recover(input, this.from.trainingData.all, plan);
  }

  async search(input: RecoveryInput, recipe: Recipe, goal: SearchGoal): Promise<void> {
    const plan = await this.#plan(input.preset);
    if (plan) await this.from.recovery.search({ ...input, recipe }, this.from.trainingData.all, plan, goal);
  }

  async shrink(subject: Subject, goal: ShrinkGoal): Promise<void> {
    const plan = await this.#plan(subject.preset, subject);
    if (plan) await this.from.recovery.shrink(subject, this.from.trainingData.all, plan, goal);
  }

  /** Takes the failure out of sight. */
  dismiss(): void {
    this.#refused = null;
    this.#defaults?.dismiss();
  }

  /**
   * How a cut is recovered; with the model that is `automatically` cut, how its best cut is trained, whatever the method that is
   * chosen for a cut by hand. `null` where the core refuses it, and why is to be said.
   */
  async #plan(preset: Preset, automatically: Subject | null = null): Promise<Plan | null> {
    const settings = this.from.settings();
    const method = automatically ? "distill" : settings.method;
    const chosen = overrides({ ...settings, method }, this.labeled);
    const { learner } = this.core;
    try {
      const plan = automatically
        ? await learner.shrinkPlan(automatically.original, preset, this.labeled, chosen, automatically.sizes)
        : await learner.plan(method, preset, chosen);
      this.#refused = null;
      return plan;
    } catch (error) {
      this.#refused = { settings, preset, isAutomatic: automatically !== null, failure: failureOf(error) };
      return null;
    }
  }

  /** Why the core refused what is still chosen. */
  #refusal(isAutomatic: boolean): Failure | null {
    const refused = this.#refused;
    const stands = refused?.settings === this.from.settings() && refused.preset === this.#preset;
    return stands && refused.isAutomatic === isAutomatic ? refused.failure : null;
  }
}
