/** One visit: the decisions with their history, and everything on the page that follows from them. */
import type { ComparisonResult, Core, Preset } from "../core/protocol";
import { loadGallery, type Gallery } from "../data/gallery";
import { CloseUp } from "../jobs/close-up.svelte";
import { Comparison, pairOf, type Pair, type Subject } from "../jobs/comparison.svelte";
import type { CriterionMeasurement } from "../jobs/criterion-measurement.svelte";
import type { Cut } from "../jobs/cut.svelte";
import { Pruning } from "../jobs/pruning.svelte";
import { JobQueue, type Job } from "../jobs/queue.svelte";
import { Recovery } from "../jobs/recovery/recovery.svelte";
import { RecoverySetup } from "../jobs/recovery/setup.svelte";
import { SensitivityAnalysis } from "../jobs/sensitivity-analysis.svelte";
import { Spread } from "../jobs/spread.svelte";
import { ofModel, subjectOf, type CutInput, type RecoveryInput } from "../jobs/subject";
import { Sweep } from "../jobs/sweep.svelte";
import { Criteria } from "../state/criteria.svelte";
import { DecisionHistory } from "../state/decisions/decision-history.svelte";
import {
  FIRST_DECISIONS,
  FIRST_RECIPE,
  sourceId,
  type Decisions,
  type ModelSource,
} from "../state/decisions/decisions";
import type { PhotoSource } from "../state/decisions/decisions";
import { begin } from "../state/decisions/history";
import { fragmentOf } from "../state/decisions/link";
import { areSame, changed, keepingLayers, type RecipeChange } from "../state/decisions/recipe";
import type { RecoverySettings } from "../state/decisions/training";
import type { Attempt } from "../state/kept/attempts";
import { plansOf } from "../state/kept/automatic";
import type { Search } from "../state/kept/search";
import type { Sensitivity } from "../state/kept/sensitivity";
import { Storage } from "../state/kept/storage";
import { Model, withSizes } from "../state/model.svelte";
import { Notices } from "../state/notices.svelte";
import { PresetChoice } from "../state/preset-choice.svelte";
import { Photos } from "../state/photos.svelte";
import { Results, type Outcome } from "../state/results.svelte";
import { Sensitivities } from "../state/sensitivities.svelte";
import { empty, failed, failureOf, loading, ready, type Status } from "../state/status";
import { Sweeps } from "../state/sweeps.svelte";
import { TrainingData } from "../state/training-data.svelte";
import { say, text } from "../text";
import { message, type Message } from "../text/message";
import { Intake } from "./intake";

/** Sample photos that a first visit starts with. */
const FIRST_SAMPLES = 3;

export class Session {
  gallery = $state.raw<Status<Gallery>>(empty);

  readonly history = new DecisionHistory((before) => this.#follow(before));
  readonly notices = new Notices();
  /** All long work. */
  readonly queue = new JobQueue();
  readonly storage = new Storage((message) => this.notices.trouble(message));
  readonly model: Model;
  readonly presets: PresetChoice;
  readonly photos: Photos;
  readonly criteria: Criteria;
  readonly pruning: Pruning;
  readonly cut: Cut;
  readonly measurement: CriterionMeasurement;
  readonly comparison: Comparison;
  readonly recovery: Recovery;
  readonly setup: RecoverySetup;
  readonly sweeps: Sweeps;
  readonly sweep: Sweep;
  readonly sensitivities: Sensitivities;
  readonly sensitivity: SensitivityAnalysis;
  readonly spread: Spread;
  /** What is learned from and measured on. */
  readonly trainingData: TrainingData;
  readonly results: Results;
  readonly intake: Intake;
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
  /** The cut, as it was when the recovery that is under way began, or took a model of its own last. */
  #leftAt: string | null = null;
  /** Whether the visit is the first one and began without the gallery, whose samples it would have begun with. */
  #lacksSamples = false;

  constructor(private readonly core: Core) {
    const { history, queue, storage, notices } = this;
    const gallery = () => (this.gallery.state === "ready" ? this.gallery.value : null);
    const preset = () => this.preset;
    this.model = new Model(core, storage, gallery, () => this.pruning.clear());
    this.presets = new PresetChoice(core, history, this.model);
    this.photos = new Photos(
      storage,
      gallery,
      () => history.photos,
      () => this.#followComparison(),
    );
    this.criteria = new Criteria(core);
    this.trainingData = new TrainingData(core, storage, {
      photos: this.photos,
      gallery,
      model: () => {
        const source = this.model.opened?.source;
        return source?.kind === "gallery" ? source.id : null;
      },
      classes: () => this.preset?.classes,
    });
    const { model, criteria, photos, trainingData } = this;
    this.pruning = new Pruning(
      core,
      queue,
      { history, model, preset, criteria, photos, trainingData },
      { onPreview: () => this.closeUp?.follow(), onPacked: () => this.#followComparison() },
    );
    this.cut = this.pruning.cut;
    this.measurement = this.pruning.measurement;
    this.comparison = new Comparison(core, queue);
    this.results = new Results(core, storage, notices, () => history.recovered);
    const listeners = {
      onBegin: () => (this.#leftAt = this.#standing),
      onOutcome: (outcome: Outcome) => this.#keep(outcome),
      onSearch: (model: string, search: Search | null) => this.results.keepSearch(model, search),
      onTested: (of: string, tested: ComparisonResult) => this.results.keepTest(of, tested),
    };
    this.recovery = new Recovery(core, listeners, queue);
    this.setup = new RecoverySetup(core, {
      settings: () => this.decisions.recovery,
      preset: () => (model.opened?.summary.unsupported.length === 0 ? this.preset : null),
      trainingData,
      recovery: this.recovery,
    });
    this.sweeps = new Sweeps(core, storage);
    this.sweep = new Sweep(core, queue, this.sweeps);
    this.sensitivities = new Sensitivities(core, storage);
    this.sensitivity = new SensitivityAnalysis(core, queue, this.sensitivities);
    this.spread = new Spread(core, queue);
    this.intake = new Intake(core, this);
    core.onRestart((_, reason) => {
      if (reason.code !== "canceled") notices.trouble(say(reason.said));
    });
  }

  get decisions(): Decisions {
    return this.history.decisions;
  }

  /** The one that is tried, or else the one that is decided on. */
  get recipe() {
    return this.history.recipe;
  }

  get preset(): Preset | null {
    return this.presets.preset;
  }

  /** Brings back the last visit and lets everything follow the decisions from here on. */
  async start(fragment: string): Promise<void> {
    const [saved] = await Promise.all([
      this.storage.loadHistory(),
      this.loadGallery(),
      this.criteria.load(),
      this.results.start(),
      this.sweeps.load(),
      this.sensitivities.load(),
    ]);
    void this.trainingData.load();
    this.#lacksSamples = !saved && this.gallery.state !== "ready";
    const history = saved ?? begin({ ...FIRST_DECISIONS, photos: this.#samples() });
    this.history.begin(history);
    void this.storage.forgetUnused(history, this.results.attempts);
    void this.storage.saveHistory(history);
    this.photos.fetch();
    void this.#openDecided();
    void this.#fetchRecovered();
    if (fragment.length > 1) await this.intake.openLink(fragment);
  }

  async loadGallery(): Promise<void> {
    this.gallery = loading(text("page-progress-gallery"));
    try {
      this.gallery = ready(await loadGallery());
    } catch (error) {
      this.gallery = failed(error);
    }
  }

  /** What comes of the gallery that could not be loaded before: its samples, too. */
  async loadGalleryAgain(): Promise<void> {
    await this.loadGallery();
    if (this.gallery.state !== "ready") return;
    if (this.#lacksSamples) this.history.supplyPhotos(this.#samples());
    this.#lacksSamples = false;
    this.photos.fetchAgain();
  }

  decide(what: Message, change: Partial<Decisions>): void {
    this.history.decide(what, change);
  }

  decideRecipe(what: Message, change: RecipeChange): void {
    const recipe = changed(this.recipe, change);
    this.history.draft = null;
    if (!areSame(recipe, this.decisions.recipe)) this.decide(what, { recipe });
    else this.pruning.followAgain();
  }

  decideRecovery(change: Partial<RecoverySettings>): void {
    this.history.decideRecovery(change);
  }

  /** Shows what a recipe would do, while the visitor still moves the slider. */
  tryRecipe(change: RecipeChange): void {
    this.history.try(change);
    this.pruning.followDraft();
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

  /** Whether a job is of the model that is open. */
  isHere(job: Job | null): boolean {
    const { opened } = this.model;
    return opened !== null && job?.model === sourceId(opened.source);
  }

  /** The learner's worker measures criteria and recovers: one after the other, whoever asks. */
  get learnerIsBusy(): boolean {
    return this.recovery.isBusy || this.measurement.isBusy;
  }

  compareAgain(): void {
    this.comparison.forget();
    this.#followComparison();
  }

  /** What there is to recover now; `null` before there is a cut. */
  get recoveryInput(): RecoveryInput | null {
    const opened = this.model.opened;
    const packed = this.cut.packed;
    if (!opened || packed.state !== "ready" || !this.preset || this.measurement.isBusy) return null;
    const subject = subjectOf(opened, this.preset, packed.value.of, this.pruning.chosenOn);
    return { ...subject, pruned: packed.value.bytes, earlier: [], automatic: null };
  }

  /** The recovered model that is chosen, to be brought back further; `null` where there is none. */
  get recoveredInput(): RecoveryInput | null {
    const { recovered } = this.results;
    if (!this.recoveryInput || !recovered) return null;
    const { recipe, plan, earlier, automatic, compared } = recovered.attempt;
    const made = automatic ? plansOf(automatic.steps) : [...earlier, plan];
    return { ...this.recoveryInput, recipe, compared, pruned: recovered.bytes, earlier: made, automatic };
  }

  /** What cuts can be tried on without keeping them; `null` without a model that runs here. */
  get subject(): CutInput | null {
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
    // No single cut stands for several, so the cut that is made by hand begins anew beside it.
    if (attempt.automatic) this.decide(message("page-shrink-step-use"), { recipe: FIRST_RECIPE, recovered });
    else this.decide(message("page-recover-step-use-recovered"), { recipe: attempt.recipe, recovered });
  }

  /** Goes back to what the cut alone makes. */
  dropRecovered(): void {
    const isAutomatic = this.results.recovered?.attempt.automatic;
    const what = isAutomatic ? message("page-shrink-step-drop") : message("page-recover-step-drop-recovered");
    this.decide(what, { recovered: null });
  }

  /** Adds all sample photos to the comparison, and trains on those. */
  useSamples(): void {
    const { photos } = this.decisions;
    const chosen = new Set(photos.map(sourceId));
    const added = this.#samples(Infinity).filter((sample) => !chosen.has(sourceId(sample)));
    if (added.length > 0) this.decide(message("page-shrink-step-samples"), { photos: [...photos, ...added] });
    this.trainingData.choose("photos");
  }

  /** The fragment of a link to what is decided now. */
  get link(): string {
    const { recipe, model } = this.decisions;
    return fragmentOf(recipe, model?.kind === "gallery" ? model.id : null);
  }

  #samples(most = FIRST_SAMPLES): PhotoSource[] {
    if (this.gallery.state !== "ready") return [];
    return this.gallery.value.photos.slice(0, most).map(({ id }) => ({ kind: "sample", id }));
  }

  /** Begins the work that follows from what was decided. */
  #follow(before: Decisions): void {
    const { photos, model, recovered, layer } = this.decisions;
    void this.storage.saveHistory(this.history.steps);
    if (photos !== before.photos) this.photos.fetch();
    if (model !== before.model) void this.#openDecided();
    this.pruning.follow();
    if (recovered !== before.recovered) void this.#fetchRecovered();
    if (layer !== before.layer) this.closeUp?.follow();
    this.#followComparison();
  }

  /** Compares what the page shows. */
  #followComparison(): void {
    // Nothing is timed beside a check, which keeps the other engine busy. Until a new cut is packed, the old one's results stay.
    if (this.cut.packed.state === "loading" || this.cut.external.isBusy) return;
    const pair = this.#pair;
    if (pair && this.#subjects.length > 0) this.comparison.follow(pair, this.#subjects, this.decisions.peer);
    else this.comparison.clear();
  }

  /** Opens the model that is decided on, where another one is open. */
  async #openDecided(): Promise<void> {
    const source = this.decisions.model;
    if (this.model.isOpen(source)) return;
    if (source === null) return this.model.close();
    const worked = await this.model.open(source);
    // The page goes on with the model that is still open.
    if (!worked) this.history.amend({ model: this.model.opened?.source ?? null });
    else this.pruning.follow();
  }

  get #pair(): Pair | null {
    const { opened } = this.model;
    const { packed } = this.cut;
    const { preset } = this;
    if (!opened || packed.state !== "ready" || !preset) return null;
    const pruned = this.decisions.recovered ? this.results.recovered?.bytes : packed.value.bytes;
    return pruned ? pairOf(opened, pruned, preset) : null;
  }

  get #subjects(): Subject[] {
    return this.photos.all.flatMap(({ id, name, pixels }) =>
      pixels.state === "ready" ? [{ id, name, pixels: pixels.value.pixels }] : [],
    );
  }

  async #fetchRecovered(): Promise<void> {
    try {
      await this.results.fetch();
      this.#followComparison();
    } catch (error) {
      this.notices.trouble(failureOf(error).message);
      this.history.amend({ recovered: null });
    }
  }

  /**
   * Keeps a recovered model, and takes it unless it lost more than was accepted, is unfinished, of a model that is no longer open, or the
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
}
