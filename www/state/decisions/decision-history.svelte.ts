/** What the visitor has decided, with all steps that can be undone and redone, and the recipe that is being tried. */
import type { Recipe } from "../../core/protocol";
import { message, type Message } from "../../text/message";
import { FIRST_DECISIONS, type Decisions, type PhotoSource } from "./decisions";
import { amend, amendAll, begin, present, record, recordOn, redo, redoable, undo, undoable } from "./history";
import type { History } from "./history";
import { changed, type RecipeChange } from "./recipe";
import type { RecoverySettings } from "./training";

export class DecisionHistory {
  steps = $state.raw<History<Decisions>>(begin(FIRST_DECISIONS));
  /** The recipe while the visitor is still moving something; `null` at rest. */
  draft = $state.raw<Recipe | null>(null);
  readonly decisions = $derived(present(this.steps));
  /** The one that is tried, or else the one that is decided on. */
  readonly recipe = $derived(this.draft ?? this.decisions.recipe);
  // What follows from one decision must not change with another one.
  readonly photos = $derived(this.decisions.photos);
  readonly recovered = $derived(this.decisions.recovered);
  readonly canUndo = $derived(undoable(this.steps));
  readonly canRedo = $derived(redoable(this.steps));

  /** `onChange` is told what was decided before. */
  constructor(private readonly onChange: (before: Decisions) => void) {}

  /** Begins where the last visit ended. */
  begin(steps: History<Decisions>): void {
    this.steps = steps;
  }

  decide(what: Message, change: Partial<Decisions>): void {
    if ("recipe" in change) this.draft = null;
    // A recovered model is of one cut of one model.
    const stands = !("recipe" in change || "model" in change || "preset" in change);
    const recovered = stands ? this.decisions.recovered : null;
    const chosenOn = this.#staysManual(change) ? this.decisions.chosenOn : [];
    this.#become(record(this.steps, { ...this.decisions, recovered, chosenOn, ...change }, what));
  }

  /** Changes how models are recovered. Changes that follow each other are one step. */
  decideRecovery(change: Partial<RecoverySettings>): void {
    const recovery = { ...this.decisions.recovery, ...change };
    this.#become(recordOn(this.steps, { ...this.decisions, recovery }, message("page-recover-step-settings")));
  }

  /** Changes what follows from a decision but is none. */
  amend(change: Partial<Decisions>): void {
    this.#become(amend(this.steps, { ...this.decisions, ...change }));
  }

  /** The photos that every step has that has none. */
  supplyPhotos(photos: readonly PhotoSource[]): void {
    this.#become(amendAll(this.steps, (value) => (value.photos.length > 0 ? value : { ...value, photos })));
  }

  /** Shows what a recipe would do, while the visitor still moves the slider. */
  try(change: RecipeChange): void {
    this.draft = changed(this.recipe, change);
  }

  undo(): void {
    this.draft = null;
    this.#become(undo(this.steps));
  }

  redo(): void {
    this.draft = null;
    this.#become(redo(this.steps));
  }

  /** Whether shares that were chosen by photos are still the recipe's, if some of them were moved since. */
  #staysManual({ recipe, model }: Partial<Decisions>): boolean {
    const isManual = (each: Recipe) => each.allocation === "manual";
    return model === undefined && (!recipe || (isManual(recipe) && isManual(this.decisions.recipe)));
  }

  #become(steps: History<Decisions>): void {
    const before = this.decisions;
    this.steps = steps;
    this.onChange(before);
  }
}
