/** The current cut: previewed while the visitor decides, re-packed and checked when the decision stands. */
import type { Core } from "../core/protocol";
import type { PackResult, Pixels, Preset, Preview, Recipe } from "../core/protocol";
import { Latest } from "../state/latest";
import type { OpenedModel } from "../state/model.svelte";
import { areSame } from "../state/decisions/recipe";
import { empty, failed, failureOf, loading, ready, wasCanceled, type Failure, type Status } from "../state/status";
import { say, text } from "../text";
import { CANCELED, message, PageError } from "../text/message";
import { ExternalCheck } from "./external-check.svelte";
import { waitingFor, type Job, type JobQueue } from "./queue.svelte";
import { ofModel } from "./subject";

/** A re-packed model and the decision that it stands for. */
export interface Packed extends PackResult {
  readonly of: Recipe;
  /** Whether our own engine checked it, in the time that packing took. */
  readonly wasCheckedHere: boolean;
}

/** What the re-packed model is checked on. Asked for when it is needed: a photo may still be being decoded. */
export type CheckedOn = () => Promise<{ photo: Pixels | null; preset: Preset | null }>;

/** What becomes of a cut. */
export interface Listeners {
  /** Whatever was asked about the cut before it is out of date. */
  onPreview(): void;
  /** Another re-packed model is there or none, or its external check is over. */
  onPacked(): void;
}

interface Task {
  readonly recipe: Recipe;
  /** Absent while the visitor is still moving the slider. */
  readonly pack: CheckedOn | null;
}

const CANCELED_PRUNING = message("page-notice-canceled-pruning");

export class Cut {
  /** The newest finished preview; it stays while a newer one is computed. */
  preview = $state.raw<Preview | null>(null);
  /** Why the newest recipe can't be followed. */
  failure = $state.raw<Failure | null>(null);
  packed = $state.raw<Status<Packed>>(empty);
  /** The check of a re-packed model that our engine can't run. */
  readonly external: ExternalCheck;
  /** Goes up with every model: what is under way for the one before it comes to nothing. */
  #models = 0;
  /** The re-packing that runs, waits or was the last one. */
  #job: Job | null = null;
  readonly #tasks = new Latest<Task>((task, superseded) => this.#work(task, superseded));

  /** `opened`: the model that is cut. */
  constructor(
    private readonly core: Core,
    private readonly queue: JobQueue,
    private readonly opened: () => OpenedModel | null,
    private readonly listeners: Listeners,
  ) {
    this.external = new ExternalCheck(core, queue, () => listeners.onPacked());
  }

  /** The visitor is trying this recipe. */
  tries(recipe: Recipe): void {
    this.#tasks.push({ recipe, pack: null });
  }

  /** The visitor has decided on this recipe. */
  decides(recipe: Recipe, checkedOn: CheckedOn): void {
    this.#tasks.push({ recipe, pack: checkedOn });
  }

  /** Whether the re-packed model is the one that this recipe asks for. */
  hasPacked(recipe: Recipe): boolean {
    const { packed } = this;
    return packed.state === "ready" && areSame(packed.value.of, recipe);
  }

  /** Another model is open, or none. */
  clear(): void {
    this.#models += 1;
    this.#tasks.forget();
    if (this.#job) this.queue.withdraw(this.#job);
    this.preview = null;
    this.failure = null;
    this.packed = empty;
    this.external.forget();
    this.listeners.onPacked();
  }

  cancel(): void {
    this.#tasks.forget();
    if (!(this.#job && this.queue.withdraw(this.#job))) this.core.cancel("cutter");
  }

  /** Checks the re-packed model in ONNX Runtime Web. */
  async checkExternally(): Promise<void> {
    const { packed } = this;
    const opened = this.opened();
    if (packed.state !== "ready" || !opened) return;
    const checked = await this.external.check(packed.value.bytes, ofModel(opened));
    if (checked && this.packed === packed)
      this.packed = ready({ ...packed.value, ...checked, checkSkipped: null, needsExternalCheck: false });
    this.listeners.onPacked();
  }

  async #work(task: Task, superseded: () => boolean): Promise<void> {
    const model = this.#models;
    try {
      const preview = await this.core.cutter.preview(task.recipe);
      if (model !== this.#models) return;
      this.preview = preview;
      this.failure = null;
      this.listeners.onPreview();
    } catch (error) {
      if (model === this.#models)
        this.failure = wasCanceled(error) ? failureOf(new PageError(CANCELED_PRUNING, "canceled")) : failureOf(error);
      return;
    }
    if (task.pack && !superseded()) await this.#packInTurn(task.recipe, task.pack);
  }

  async #packInTurn(recipe: Recipe, checkedOn: CheckedOn): Promise<void> {
    const opened = this.opened();
    if (!opened) return;
    const model = this.#models;
    const { title } = opened;
    const job: Job = {
      ...ofModel(opened),
      what: message("page-jobs-repack", { model: title }),
      worker: "cutter",
      isBrief: true,
      cancel: () => this.cancel(),
    };
    const ahead = this.queue.ahead("cutter");
    this.#job = job;
    this.external.forget();
    this.packed = loading(ahead ? say(waitingFor(ahead)) : text("page-progress-packing"));
    const isBegun = await this.queue.run(job, () => this.#pack(recipe, checkedOn, model));
    if (model !== this.#models) return;
    if (!isBegun) this.packed = failed(new PageError(CANCELED, "canceled"));
    this.listeners.onPacked();
  }

  async #pack(recipe: Recipe, checkedOn: CheckedOn, model: number): Promise<void> {
    if (model !== this.#models) return;
    this.packed = loading(text("page-progress-packing"));
    try {
      const { photo, preset } = await checkedOn();
      if (model !== this.#models) return;
      const result = await this.core.cutter.pack(photo, preset);
      if (model !== this.#models) return;
      this.packed = ready({ ...result, of: recipe, wasCheckedHere: result.check !== null });
      // The slider need not wait for that.
      if (result.needsExternalCheck) void this.checkExternally();
    } catch (error) {
      if (model === this.#models) this.packed = failed(error);
    }
  }
}
