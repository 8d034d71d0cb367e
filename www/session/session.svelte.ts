/** One visit: the decisions with their history, and everything on the page that follows from them. */
import { untrack } from "svelte";
import type { Core, Preset, Recipe, ComparisonResult } from "../core/protocol";
import { loadGallery, type Gallery } from "../data/gallery";
import type { TrainingItem } from "../data/sets/training-item";
import type { Attempt } from "../state/kept/attempts";
import { FIRST_DECISIONS, sourceId, type Decisions, type ModelSource } from "../state/decisions/decisions";
import {
  amend,
  begin,
  present,
  record,
  recordOn,
  redo,
  redoable,
  undo,
  undoable,
  type History,
} from "../state/decisions/history";
import { fragmentOf } from "../state/decisions/link";
import { areSame, changed, keepingLayers, sharesOf, type RecipeChange } from "../state/decisions/recipe";
import type { Search } from "../state/kept/search";
import { empty, failed, failureOf, loading, ready, type Failure, type Status } from "../state/status";
import { Storage } from "../state/kept/storage";
import type { RecoverySettings } from "../state/decisions/training";
import { say, text } from "../text";
import { message, type Message } from "../text/message";
import { JobQueue, type Job } from "../jobs/queue.svelte";
import { CloseUp } from "../state/close-up.svelte";
import { Comparison, type Pair, type Subject } from "../jobs/comparison.svelte";
import { Criteria } from "../state/criteria.svelte";
import { Cut } from "../jobs/cut.svelte";
import { Intake } from "./intake";
import { TrainingData } from "../state/training-data.svelte";
import { Model, withSizes, type OpenedModel } from "../state/model.svelte";
import { Notices } from "../state/notices.svelte";
import { Photos } from "../state/photos.svelte";
import { Probing } from "./probing.svelte";
import { RecoverySetup } from "./recovery-setup.svelte";
import { Recovery, type Outcome } from "./recovery.svelte";
import { Results } from "../state/results.svelte";
import { CriterionMeasurement } from "../jobs/criterion-measurement.svelte";
import { Spread } from "../jobs/spread.svelte";
import { ofModel, type RecoveryInput, type Probed, type Subject as Worked } from "../jobs/subject";
import type { Sensitivity } from "../state/kept/sensitivity";

/** Sample photos that a first visit starts with. */
const FIRST_SAMPLES = 3;

export class Session {
  history = $state.raw<History<Decisions>>(begin(FIRST_DECISIONS));
  /** The recipe while the visitor is still moving something; `null` at rest. */
  draft = $state.raw<Recipe | null>(null);
  gallery = $state.raw<Status<Gallery>>(empty);

  readonly notices = new Notices();
  /** All long work. */
  readonly queue = new JobQueue();
  readonly storage = new Storage((message) => this.notices.trouble(message));
  readonly model: Model;
  readonly photos: Photos;
  readonly criteria: Criteria;
  readonly cut: Cut;
  readonly comparison: Comparison;
  readonly recovery: Recovery;
  readonly measurement: CriterionMeasurement;
  readonly probing: Probing;
  readonly spread: Spread;
  /** What is learned from and measured on. */
  readonly trainingData: TrainingData;
  readonly results: Results;
  readonly intake: Intake;
  readonly setup: RecoverySetup;
  readonly decisions = $derived(present(this.history));
  readonly recipe = $derived(this.draft ?? this.decisions.recipe);
  // What follows from one decision must not stir when another one changes.
  readonly #photos = $derived(this.decisions.photos);
  readonly #recovered = $derived(this.decisions.recovered);
  readonly #peer = $derived(this.decisions.peer);
  /** The cut, as it was when the recovery that is under way began, or took a model of its own last. */
  #leftAt: string | null = null;
  /** The recipe that the open model's cut follows; `null` before it follows any. */
  #followed: Recipe | null = null;
  /** The layer that is looked at closely, once there is a cut. */
  readonly closeUp = $derived.by(() => {
    const layer = this.#layer;
    const { opened } = this.model;
    return opened && layer && this.#hasCut ? new CloseUp(this.core, this.queue, ofModel(opened), layer) : null;
  });
  readonly #layer = $derived.by(() => {
    const chosen = this.decisions.layer;
    return this.model.opened?.summary.layers.find(({ id }) => id === chosen) ?? null;
  });
  readonly #hasCut = $derived.by(() => this.cut.preview !== null);
  #refusedPreset = $state.raw<{
    readonly model: OpenedModel | null;
    readonly instead: Preset | null;
    readonly failure: Failure;
  } | null>(null);
  /** Why the last preset that was given can't be used. It goes with the model, and with the preset that stands in its place. */
  readonly presetRefusal = $derived.by(() => {
    const refused = this.#refusedPreset;
    const isHere = refused?.model === this.model.opened && refused?.instead === this.decisions.preset;
    return isHere ? refused.failure : null;
  });
  readonly canUndo = $derived(undoable(this.history));
  readonly canRedo = $derived(redoable(this.history));
  /** The visitor's preset, or the one that came with the model. */
  readonly preset = $derived.by(() => this.decisions.preset ?? this.model.opened?.preset ?? null);

  constructor(private readonly core: Core) {
    const gallery = () => (this.gallery.state === "ready" ? this.gallery.value : null);
    this.model = new Model(core, this.storage, gallery, () => this.#clearCut());
    this.photos = new Photos(this.storage, gallery, () => this.#photos);
    this.criteria = new Criteria(core);
    this.cut = new Cut(core, this.queue, () => this.model.opened);
    this.comparison = new Comparison(core, this.queue);
    this.trainingData = new TrainingData(core, this.storage, {
      photos: this.photos,
      gallery,
      model: () => {
        const source = this.model.opened?.source;
        return source?.kind === "gallery" ? source.id : null;
      },
      classes: () => this.preset?.classes,
    });
    this.measurement = new CriterionMeasurement(core, this.criteria, this.queue);
    this.results = new Results(core, this.storage, this.notices, () => this.#recovered);
    const listeners = {
      onBegin: () => (this.#leftAt = this.#standing),
      onOutcome: (outcome: Outcome) => this.#keep(outcome),
      onSearch: (model: string, search: Search | null) => this.results.keepSearch(model, search),
      onTested: (of: string, tested: ComparisonResult) => this.results.keepTest(of, tested),
    };
    this.recovery = new Recovery(core, listeners, this.queue);
    this.setup = new RecoverySetup(core, {
      settings: () => this.decisions.recovery,
      preset: () => (this.model.opened?.summary.unsupported.length === 0 ? this.preset : null),
      trainingData: this.trainingData,
      recovery: this.recovery,
    });
    this.probing = new Probing(core, this.storage, this.queue);
    this.spread = new Spread(core, this.queue);
    this.intake = new Intake(core, this);
    core.onRestart((_, reason) => {
      if (reason.code !== "cancelled") this.notices.trouble(say(reason.said));
    });
  }

  /** Brings back the last visit and lets everything follow the decisions from here on. Returns how to end that. */
  async start(fragment: string): Promise<() => void> {
    const [saved] = await Promise.all([
      this.storage.loadHistory(),
      this.loadGallery(),
      this.criteria.load(),
      this.results.start(),
      this.probing.start(),
    ]);
    void this.trainingData.load();
    this.#begin(saved ?? this.#firstHistory());
    const end = $effect.root(() => this.#follow());
    if (fragment.length > 1) await this.intake.openLink(fragment);
    return end;
  }

  async loadGallery(): Promise<void> {
    this.gallery = loading(text("page-progress-gallery"));
    try {
      this.gallery = ready(await loadGallery());
    } catch (error) {
      this.gallery = failed(error);
    }
  }

  decide(what: Message, change: Partial<Decisions>): void {
    if ("recipe" in change) this.draft = null;
    // A recovered model is of one cut of one model.
    const stands = !("recipe" in change || "model" in change || "preset" in change);
    const recovered = stands ? this.decisions.recovered : null;
    const chosenOn = this.#staysByHand(change) ? this.decisions.chosenOn : [];
    this.#become(record(this.history, { ...this.decisions, recovered, chosenOn, ...change }, what));
  }

  decideRecipe(what: Message, change: RecipeChange): void {
    const recipe = changed(this.recipe, change);
    this.draft = null;
    if (!areSame(recipe, this.decisions.recipe)) this.decide(what, { recipe });
    // Trying others may have taken the place of re-packing what is decided again.
    else if (!this.cut.hasPacked(recipe)) this.#followRecipe(recipe);
  }

  /** Changes how models are recovered. Changes that follow each other are one step. */
  decideRecovery(change: Partial<RecoverySettings>): void {
    const recovery = { ...this.decisions.recovery, ...change };
    this.#become(recordOn(this.history, { ...this.decisions, recovery }, message("page-recover-step-settings")));
  }

  /** Takes a preset document; where the core refuses it, `presetRefusal` says why. */
  async decidePreset(what: Message, document: string): Promise<void> {
    const { opened } = this.model;
    const instead = this.decisions.preset;
    try {
      const preset = await this.core.cutter.parsePreset(document);
      this.#refusedPreset = null;
      this.decide(what, { preset });
    } catch (error) {
      this.#refusedPreset = { model: opened, instead, failure: failureOf(error) };
    }
  }

  dismissPresetRefusal(): void {
    this.#refusedPreset = null;
  }

  /** Shows what a recipe would do, while the visitor still moves the slider. */
  tryRecipe(change: RecipeChange): void {
    this.draft = changed(this.recipe, change);
    const opened = this.model.opened;
    if (opened && !this.measurement.areMissing(this.draft, opened)) this.cut.tries(this.draft);
  }

  /** Whether shares that were chosen by photos are still the recipe's, if some of them were moved since. */
  #staysByHand({ recipe, model }: Partial<Decisions>): boolean {
    const byHand = (each: Recipe) => each.allocation === "manual";
    return model === undefined && (!recipe || (byHand(recipe) && byHand(this.decisions.recipe)));
  }

  undo(): void {
    this.draft = null;
    this.#become(undo(this.history));
  }

  redo(): void {
    this.draft = null;
    this.#become(redo(this.history));
  }

  async openModel(source: ModelSource): Promise<void> {
    const worked = await this.model.open(source);
    const opened = this.model.opened;
    if (!worked || !opened) return;
    // What a link named before any model was open is meant for the model that opens first.
    const named = this.decisions.model === null ? opened.summary.layers.map(({ name }) => name) : [];
    const recipe = keepingLayers(this.decisions.recipe, named);
    this.decide(message("page-model-step-open", { name: opened.title }), {
      model: source,
      preset: null,
      layer: null,
      recipe,
    });
    this.notices.news(text("page-notice-opened", { name: opened.title, layers: opened.summary.layers.length }));
  }

  async answerSizes(sizes: Record<string, number>): Promise<void> {
    const question = this.model.question;
    if (question) await this.openModel(withSizes(question.source, sizes));
  }

  /** The share that the current cut removes from each layer that can be cut, by name. */
  sharesNow(): Record<string, number> {
    return sharesOf(this.recipe, this.model.opened?.summary.layers ?? [], this.cut.preview?.layers ?? []);
  }

  /** Whether a job is of the model that is open. */
  isHere(job: Job | null): boolean {
    const { opened } = this.model;
    return opened !== null && job?.model === sourceId(opened.source);
  }

  /** How the step goes that the present cut waits for, or why it ended in vain; `null` where the cut waits for none. */
  get cutWaits(): Status<unknown> | null {
    const { opened } = this.model;
    if (!opened || !this.measurement.areMissing(this.recipe, opened)) return null;
    return this.measurement.wereTried(this.recipe, opened) ? this.measurement.work : empty;
  }

  /** The learner's worker measures criteria and recovers: one after the other, whoever asks. */
  get learnerIsBusy(): boolean {
    return this.recovery.isBusy || this.measurement.isBusy;
  }

  /** Measures what the present recipe's criterion says of the model, and cuts by it. */
  async measureCriterion(): Promise<void> {
    const opened = this.model.opened;
    const { criterion, seed } = this.decisions.recipe;
    if (!opened || !this.preset || !criterion || !this.criteria.lookAtPhotos(criterion)) return;
    const wanted = { opened, preset: this.preset, criterion, seed: seed ?? 0 };
    const measured = await this.measurement.measure(wanted, this.#photosToScoreOn);
    // Meanwhile the visitor may have gone on to another recipe.
    if (measured && !this.measurement.areMissing(this.decisions.recipe, opened)) this.packAgain();
  }

  /** What scores are measured on, in words, and the photos themselves. */
  get scoredOn(): string {
    const { source, summary, name } = this.trainingData;
    const count = source === "photos" ? this.photos.all.length : summary.pictures;
    return text("page-data-photos-of", { photos: count, source: name });
  }

  readonly #photosToScoreOn = async (): Promise<readonly TrainingItem[]> => {
    // Photos of the comparison may still be on their way.
    if (this.trainingData.source === "photos") await this.photos.readable();
    return this.trainingData.all;
  };

  /** Photos of the comparison that the cut was chosen by, by their ids. */
  get cutOn(): readonly string[] {
    const { packed } = this.cut;
    const recipe = packed.state === "ready" ? packed.value.of : this.decisions.recipe;
    const scored = this.criteria.lookAtPhotos(recipe.criterion) ? this.measurement.compared : [];
    return [...this.decisions.chosenOn, ...scored];
  }

  packAgain(): void {
    this.cut.decides(this.decisions.recipe, this.#checkedOn);
  }

  compareAgain(): void {
    this.#followComparison();
  }

  /** What there is to recover now; `null` before there is a cut. */
  get recoveryInput(): RecoveryInput | null {
    const opened = this.model.opened;
    const packed = this.cut.packed;
    if (!opened || packed.state !== "ready" || !this.preset || this.measurement.isBusy) return null;
    const subject = subjectOf(opened, this.preset, packed.value.of, this.cutOn);
    return { ...subject, pruned: packed.value.bytes, earlier: [] };
  }

  /** The recovered model that is chosen, to be brought back further; `null` where there is none. */
  get recoveredInput(): RecoveryInput | null {
    const { recovered } = this.results;
    if (!this.recoveryInput || !recovered) return null;
    const { recipe, plan, earlier, compared } = recovered.attempt;
    return { ...this.recoveryInput, recipe, compared, pruned: recovered.bytes, earlier: [...earlier, plan] };
  }

  /** What cuts can be tried on without keeping them; `null` without a model that runs here. */
  get subject(): Probed | null {
    const opened = this.model.opened;
    if (!opened || !this.preset || opened.summary.unsupported.length > 0) return null;
    return {
      ...subjectOf(opened, this.preset, this.recipe, this.decisions.chosenOn),
      seed: this.decisions.recovery.seed || 0,
    };
  }

  /** Spreads the present cut by how much pruning each layer can take, as far as its model is still open then. */
  async spreadBy({ curves, compared }: Sensitivity): Promise<void> {
    const { subject } = this;
    if (!subject) return;
    const recipe = await this.spread.run(subject, curves);
    if (recipe && this.subject?.model === subject.model)
      this.decide(message("page-recover-step-spread"), { recipe, chosenOn: compared });
  }

  /** Takes an earlier model of the list again. */
  takeAttempt(attempt: Attempt): void {
    if (!attempt.key) return;
    if (attempt.unfinished) this.recovery.leave(attempt.id);
    const recovered = { attempt: attempt.id, key: attempt.key };
    this.decide(message("page-recover-step-use-recovered"), { recipe: attempt.recipe, recovered });
  }

  /** Goes back to what the cut alone makes. */
  dropRecovered(): void {
    this.decide(message("page-recover-step-drop-recovered"), { recovered: null });
  }

  /** The fragment of a link to what is decided now. */
  get link(): string {
    const { recipe, model } = this.decisions;
    return fragmentOf(recipe, model?.kind === "gallery" ? model.id : null);
  }

  #firstHistory(): History<Decisions> {
    if (this.gallery.state !== "ready") return begin(FIRST_DECISIONS);
    const samples = this.gallery.value.photos.slice(0, FIRST_SAMPLES);
    return begin({ ...FIRST_DECISIONS, photos: samples.map(({ id }) => ({ kind: "sample", id })) });
  }

  /** Begins where the last visit ended. */
  #begin(history: History<Decisions>): void {
    this.history = history;
    void this.storage.forgetUnused(history, this.results.attempts);
    void this.storage.saveHistory(history);
    this.photos.fetch();
    void this.#openDecided();
    void this.#fetchRecovered();
  }

  /** Takes what is decided from now on, and begins the work that follows from what it changes. */
  #become(history: History<Decisions>): void {
    const before = present(this.history);
    const { photos, model, recovered } = present(history);
    this.history = history;
    void this.storage.saveHistory(history);
    if (photos !== before.photos) this.photos.fetch();
    if (model !== before.model) void this.#openDecided();
    this.#followDecidedRecipe();
    if (recovered !== before.recovered) void this.#fetchRecovered();
  }

  /** What workers are asked follows from what the page shows, whichever part of that changes. */
  #follow(): void {
    $effect(() => this.#followComparison());
    $effect(() => this.setup.follow());
    $effect(() => {
      void this.cut.revision;
      this.closeUp?.follow();
    });
  }

  /** Another model is open, or none: its cut begins anew once its recipe is followed. */
  #clearCut(): void {
    this.#followed = null;
    this.cut.clear();
    this.measurement.stop();
  }

  /** A model that is not open yet is cut once it is. */
  #followDecidedRecipe(): void {
    const { model, recipe } = present(this.history);
    if (this.model.isOpen(model) && this.#followed !== recipe) this.#followRecipe(recipe);
  }

  /** A recipe whose criterion looks at photos is followed once that has been measured; until then the cut before stays. */
  #followRecipe(recipe: Recipe): void {
    const { opened } = this.model;
    if (!opened) return;
    this.#followed = recipe;
    if (!this.criteria.lookAtPhotos(recipe.criterion) && this.measurement.isBusy) this.measurement.stop();
    if (!this.measurement.areMissing(recipe, opened)) this.cut.decides(recipe, this.#checkedOn);
    else if (!this.measurement.wereTried(recipe, opened)) void this.measureCriterion();
  }

  readonly #checkedOn = async () => ({ photo: await this.photos.first(), preset: this.preset });

  #followComparison(): void {
    const pair = this.#pair();
    const subjects = this.#subjects();
    const peer = this.#peer;
    // Nothing is timed beside a check, which keeps the other engine busy.
    const isPacking = this.cut.packed.state === "loading" || this.cut.external.isBusy;
    untrack(() => {
      if (pair && subjects.length > 0 && !isPacking) this.comparison.follow(pair, subjects, peer);
      // While a new cut is packed, the old one's results stay in sight.
      else if (!isPacking) this.comparison.clear();
    });
  }

  /** Opens the model that is decided on, where another one is open. */
  async #openDecided(): Promise<void> {
    const source = this.decisions.model;
    if (this.model.isOpen(source)) return;
    if (source === null) return this.model.close();
    const worked = await this.model.open(source);
    // The page goes on with the model that is still open.
    if (!worked) this.#become(amend(this.history, { ...this.decisions, model: this.model.opened?.source ?? null }));
    else this.#followDecidedRecipe();
  }

  #pair(): Pair | null {
    const opened = this.model.opened;
    const packed = this.cut.packed;
    if (!opened || packed.state !== "ready" || !this.preset) return null;
    const { unsupported, probabilities } = opened.summary;
    const runsHere = unsupported.length === 0;
    const pruned = this.#recovered ? this.results.recovered?.bytes : packed.value.bytes;
    return pruned
      ? {
          ...ofModel(opened),
          original: opened.bytes,
          pruned,
          sizes: opened.source.sizes,
          preset: this.preset,
          runsHere,
          probabilities,
        }
      : null;
  }

  async #fetchRecovered(): Promise<void> {
    try {
      await this.results.fetch();
    } catch (error) {
      this.notices.trouble(failureOf(error).message);
      this.#become(amend(this.history, { ...this.decisions, recovered: null }));
    }
  }

  /**
   * Keeps a recovered model, and takes it unless it is beyond the line, unfinished, of a model that is no longer open, or the
   * visitor has moved the cut meanwhile. Gives what it is called.
   */
  async #keep(outcome: Outcome): Promise<string> {
    const attempt = await this.results.keep(outcome);
    const opened = this.model.opened;
    if (attempt.beyond || attempt.unfinished || !opened || sourceId(opened.source) !== attempt.model) return attempt.id;
    if (this.#leftAt === this.#standing) {
      this.takeAttempt(attempt);
      this.#leftAt = this.#standing;
    } else this.notices.news(text("page-notice-recovered-listed"));
    return attempt.id;
  }

  /** What a recovered model would take the place of. */
  get #standing(): string {
    return JSON.stringify([this.recipe, this.decisions.recovered]);
  }

  #subjects(): Subject[] {
    return this.photos.all.flatMap(({ id, name, pixels }) =>
      pixels.state === "ready" ? [{ id, name, pixels: pixels.value.pixels }] : [],
    );
  }
}

function subjectOf(opened: OpenedModel, preset: Preset, recipe: Recipe, compared: readonly string[]): Worked {
  const { totals: before, classes } = opened.summary;
  return {
    ...ofModel(opened),
    original: opened.bytes,
    sizes: opened.source.sizes,
    before,
    preset,
    classes,
    recipe,
    compared,
  };
}
