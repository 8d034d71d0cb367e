/** The cut of the open model follows the recipe. One whose criterion looks at photos follows once that has been measured. */
import type { Core, Preset, Recipe } from "../core/protocol";
import type { TrainingItem } from "../data/sets/training-item";
import type { Criteria } from "../state/criteria.svelte";
import type { DecisionHistory } from "../state/decisions/decision-history.svelte";
import { sharesOf } from "../state/decisions/recipe";
import type { Model } from "../state/model.svelte";
import type { Photos } from "../state/photos.svelte";
import { empty, type Status } from "../state/status";
import type { TrainingData } from "../state/training-data.svelte";
import { text } from "../text";
import { CriterionMeasurement } from "./criterion-measurement.svelte";
import { Cut, type Listeners } from "./cut.svelte";
import type { JobQueue } from "./queue.svelte";

/** What the cut depends on. */
export interface Chosen {
  readonly history: DecisionHistory;
  readonly model: Model;
  readonly preset: () => Preset | null;
  readonly criteria: Criteria;
  readonly photos: Photos;
  readonly trainingData: TrainingData;
}

export class Pruning {
  readonly cut: Cut;
  readonly measurement: CriterionMeasurement;
  /** The recipe that the open model's cut follows; `null` before it follows any. */
  #followed: Recipe | null = null;

  constructor(
    core: Core,
    queue: JobQueue,
    private readonly chosen: Chosen,
    listeners: Listeners,
  ) {
    this.cut = new Cut(core, queue, () => chosen.model.opened, listeners);
    this.measurement = new CriterionMeasurement(core, chosen.criteria, queue);
  }

  /** Another model is open, or none: its cut begins anew once its recipe is followed. */
  clear(): void {
    this.#followed = null;
    this.cut.clear();
    this.measurement.stop();
  }

  /** Follows the recipe that is decided on. A model that is not open yet is cut once it is. */
  follow(): void {
    const { model, recipe } = this.chosen.history.decisions;
    if (this.chosen.model.isOpen(model) && this.#followed !== recipe) this.#follow(recipe);
  }

  /** The recipe that stands was decided again: trying others may have taken the place of re-packing it. */
  followAgain(): void {
    const { recipe } = this.chosen.history.decisions;
    if (!this.cut.hasPacked(recipe)) this.#follow(recipe);
  }

  /** Shows what the recipe would do that is being tried. */
  followDraft(): void {
    const { draft } = this.chosen.history;
    const { opened } = this.chosen.model;
    if (opened && draft && !this.measurement.areMissing(draft, opened)) this.cut.tries(draft);
  }

  packAgain(): void {
    this.cut.decides(this.chosen.history.decisions.recipe, this.#checkedOn);
  }

  /** How the step goes that the present cut waits for, or why it ended in vain; `null` where the cut waits for none. */
  get waits(): Status<unknown> | null {
    const { opened } = this.chosen.model;
    const { recipe } = this.chosen.history;
    if (!opened || !this.measurement.areMissing(recipe, opened)) return null;
    return this.measurement.wereTried(recipe, opened) ? this.measurement.work : empty;
  }

  /** Measures what the present recipe's criterion says of the model, and cuts by it. */
  async measureCriterion(): Promise<void> {
    const { model, preset: presetOf, criteria, history } = this.chosen;
    const { opened } = model;
    const preset = presetOf();
    const { criterion, seed } = history.decisions.recipe;
    if (!opened || !preset || !criterion || !criteria.lookAtPhotos(criterion)) return;
    const measured = await this.measurement.measure({ opened, preset, criterion, seed: seed ?? 0 }, this.#items);
    // Meanwhile the visitor may have gone on to another recipe.
    if (measured && !this.measurement.areMissing(history.decisions.recipe, opened)) this.packAgain();
  }

  /** What criteria are measured on, in words. */
  get measuredOn(): string {
    const { source, summary, name } = this.chosen.trainingData;
    const count = source === "photos" ? this.chosen.photos.all.length : summary.pictures;
    return text("page-data-photos-of", { photos: count, source: name });
  }

  /** Photos of the comparison that the cut was chosen by, by their ids. */
  get chosenOn(): readonly string[] {
    const { packed } = this.cut;
    const { recipe: decided, chosenOn } = this.chosen.history.decisions;
    const recipe = packed.state === "ready" ? packed.value.of : decided;
    const measured = this.chosen.criteria.lookAtPhotos(recipe.criterion) ? this.measurement.compared : [];
    return [...chosenOn, ...measured];
  }

  /** The share that the current cut removes from each layer that can be cut, by name. */
  get shares(): Record<string, number> {
    const layers = this.chosen.model.opened?.summary.layers ?? [];
    return sharesOf(this.chosen.history.recipe, layers, this.cut.preview?.layers ?? []);
  }

  /** Until its criterion has been measured, the cut before stays. */
  #follow(recipe: Recipe): void {
    const { opened } = this.chosen.model;
    if (!opened) return;
    this.#followed = recipe;
    if (!this.chosen.criteria.lookAtPhotos(recipe.criterion) && this.measurement.isBusy) this.measurement.stop();
    if (!this.measurement.areMissing(recipe, opened)) this.cut.decides(recipe, this.#checkedOn);
    else if (!this.measurement.wereTried(recipe, opened)) void this.measureCriterion();
  }

  readonly #items = async (): Promise<readonly TrainingItem[]> => {
    const { trainingData, photos } = this.chosen;
    // Photos of the comparison may still be on their way.
    if (trainingData.source === "photos") await photos.readable();
    return trainingData.all;
  };

  readonly #checkedOn = async () => ({ photo: await this.chosen.photos.first(), preset: this.chosen.preset() });
}
