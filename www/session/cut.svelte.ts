/** The current cut: previewed while the visitor decides, re-packed and checked when the decision stands. */
import type { Core } from "../core/protocol";
import type { PackResult, Pixels, Preset, Preview, Recipe } from "../core/protocol";
import { Latest } from "../state/latest";
import { areSame } from "../state/recipe";
import { empty, failed, failureOf, loading, ready, wasCancelled, type Failure, type Status } from "../state/status";
import { text } from "../text";
import { message, PageError } from "../text/message";
import { ElsewhereCheck } from "./elsewhere.svelte";

/** A re-packed model and the decision that it stands for. */
export interface Packed extends PackResult {
  readonly of: Recipe;
  /** Whether our own engine checked it, in the time that packing took. */
  readonly wasCheckedHere: boolean;
}

/** What the re-packed model is checked on. Asked for when it is needed: a photo may still be being decoded. */
export type CheckedOn = () => Promise<{ photo: Pixels | null; preset: Preset | null }>;

interface Job {
  readonly recipe: Recipe;
  /** Absent while the visitor is still moving the slider. */
  readonly pack: CheckedOn | null;
}

const CANCELLED = message("page-notice-canceled-pruning");

export class Cut {
  /** The newest finished preview; it stays while a newer one is computed. */
  preview = $state.raw<Preview | null>(null);
  /** Goes up with every finished preview: whatever was asked about the cut before it is out of date. */
  revision = $state(0);
  /** Why the newest recipe can't be followed. */
  failure = $state.raw<Failure | null>(null);
  packed = $state.raw<Status<Packed>>(empty);
  /** The check of a re-packed model that our engine can't run. */
  readonly elsewhere: ElsewhereCheck;
  /** Goes up with every model: what is under way for the one before it comes to nothing. */
  #models = 0;
  readonly #jobs = new Latest<Job>((job, superseded) => this.#work(job, superseded));

  constructor(private readonly core: Core) {
    this.elsewhere = new ElsewhereCheck(core);
  }

  /** The visitor is trying this recipe. */
  tries(recipe: Recipe): void {
    this.#jobs.push({ recipe, pack: null });
  }

  /** The visitor has decided on this recipe. */
  decides(recipe: Recipe, checkedOn: CheckedOn): void {
    this.#jobs.push({ recipe, pack: checkedOn });
  }

  /** Whether the re-packed model is the one that this recipe asks for. */
  hasPacked(recipe: Recipe): boolean {
    const { packed } = this;
    return packed.state === "ready" && areSame(packed.value.of, recipe);
  }

  /** Another model is open, or none. */
  clear(): void {
    this.#models += 1;
    this.#jobs.forget();
    this.preview = null;
    this.failure = null;
    this.packed = empty;
    this.elsewhere.forget();
  }

  cancel(): void {
    this.#jobs.forget();
    this.core.cancel("cutter");
  }

  /** Checks the re-packed model in ONNX Runtime Web. */
  async checkElsewhere(): Promise<void> {
    const { packed } = this;
    if (packed.state !== "ready") return;
    const checked = await this.elsewhere.check(packed.value.bytes);
    if (checked && this.packed === packed)
      this.packed = ready({ ...packed.value, ...checked, checkSkipped: null, checkElsewhere: false });
  }

  async #work(job: Job, superseded: () => boolean): Promise<void> {
    const model = this.#models;
    try {
      const preview = await this.core.cutter.preview(job.recipe);
      if (model !== this.#models) return;
      this.preview = preview;
      this.revision += 1;
      this.failure = null;
    } catch (error) {
      if (model === this.#models)
        this.failure = wasCancelled(error) ? failureOf(new PageError(CANCELLED, "cancelled")) : failureOf(error);
      return;
    }
    if (job.pack && !superseded()) await this.#pack(job.recipe, job.pack);
  }

  async #pack(recipe: Recipe, checkedOn: CheckedOn): Promise<void> {
    const model = this.#models;
    this.packed = loading(text("page-progress-packing"));
    this.elsewhere.forget();
    try {
      const { photo, preset } = await checkedOn();
      if (model !== this.#models) return;
      const result = await this.core.cutter.pack(photo, preset);
      if (model !== this.#models) return;
      this.packed = ready({ ...result, of: recipe, wasCheckedHere: result.check !== null });
      // The slider need not wait for that.
      if (result.checkElsewhere) void this.checkElsewhere();
    } catch (error) {
      if (model === this.#models) this.packed = failed(error);
    }
  }
}
