/** The messages between the page and the core, as they are generated from the core's own types. */
import type {
  Advance,
  Aim,
  Beginning,
  CheckedElsewhere,
  Chosen,
  Comparison,
  CriterionInfo,
  Curves,
  Difference,
  Elsewhere,
  Found,
  Heatmap,
  HeatmapRequest,
  Histogram,
  Method,
  ModelInput,
  ModelOutput,
  ModelSummary,
  PackResult,
  PictureStack,
  Pixels,
  Place,
  Plan,
  Prediction,
  Preparing,
  Preset,
  Probe,
  Probing,
  Quality,
  Recipe,
  Recovered,
  Remainder,
  Round,
  ScoreBars,
  Scores,
  ScoresAdvance,
  Summary,
  Swept,
  Tested,
  TimedPreview,
  Timing,
  Totals,
  Which,
} from "../pkg/secateur";

export type {
  Account,
  Advance,
  Aim,
  Beginning,
  CheckedElsewhere,
  CheckResult,
  Chosen,
  ClassScore,
  Comparison as PhotoComparison,
  CriterionInfo,
  Curve,
  Curves,
  Difference,
  Elsewhere,
  Found,
  GroupInfo,
  Heatmap,
  HeatmapRequest,
  Histogram,
  KeptRow,
  LayerCut,
  LayerInfo,
  MeasuredOn,
  Method,
  ModelInput,
  ModelOutput,
  ModelSummary,
  Note as PackNote,
  Pace,
  PackResult,
  PictureStack,
  Pixels,
  Place,
  Plan,
  Prediction,
  Preparing,
  Preset,
  Probe,
  Probing,
  Quality,
  Recipe,
  Recovered,
  Remainder,
  Round,
  ScoreBars,
  Scores,
  ScoresAdvance,
  Summary as ComparisonSummary,
  Swept,
  TensorInfo,
  Tested,
  TimedPreview as Preview,
  Timing,
  Totals,
  UnsupportedOperator,
  Which,
} from "../pkg/secateur";

/** Scores, cuts and packs. A model that fails to open leaves the open one in place. */
export interface Cutter {
  /** The criteria that a recipe can name. */
  criteria(): Promise<CriterionInfo[]>;
  /** `sizes`: numbers for the dynamic axes that an error with code "open-dimensions" asked for. */
  open(bytes: Uint8Array, name: string, sizes: Record<string, number>): Promise<ModelSummary>;
  /** Checks a recipe document and fills in what it leaves out. */
  parseRecipe(text: string): Promise<Recipe>;
  /** The same for a preset document. */
  parsePreset(text: string): Promise<Preset>;
  /** Makes this recipe the current cut and says what it does, without re-packing. */
  preview(recipe: Recipe): Promise<TimedPreview>;
  heatmap(request: HeatmapRequest): Promise<Heatmap>;
  scores(layer: number): Promise<ScoreBars>;
  histogram(layer: number, bins: number): Promise<Histogram>;
  /** Re-packs the current cut and checks it on the photo, or on a test pattern without one. */
  pack(photo: Pixels | null, preset: Preset | null): Promise<PackResult>;
  /** What another engine is to run where ours could not check the cut that was packed last. */
  elsewhere(): Promise<Elsewhere>;
  /** Compares what the masked model and the cut's file gave there. */
  checkElsewhere(masked: ModelOutput[], packed: ModelOutput[]): Promise<CheckedElsewhere>;
  /** Takes in what photos told of the open model. A cut that went by older scores has to be chosen again. */
  takeScores(scores: Scores): Promise<void>;
  /** What is left of a model, by what it costs and what its original does: earlier versions of the page kept only those. */
  remainder(before: Totals, after: Totals): Promise<Remainder>;
  /** Qualities with the score that counts of each, which earlier versions of the page did not keep. */
  withScores(qualities: Quality[]): Promise<Quality[]>;
  /** Curves with what each of their points loses and with all scores, which earlier versions of the page did not keep. */
  withLosses(curves: Curves): Promise<Curves>;
}

/** Runs ONNX bytes, exactly those that would be downloaded, and measures. */
export interface Runner {
  load(which: Which, bytes: Uint8Array): Promise<void>;
  /** The model's input for a photo. */
  prepare(photo: Pixels, preset: Preset): Promise<Float32Array>;
  run(which: Which, input: Float32Array): Promise<Prediction>;
  measure(which: Which, input: Float32Array, runs: number): Promise<Timing>;
  /** `probabilities` as the model's summary says of its first output. */
  compare(original: Float32Array, pruned: Float32Array, probabilities: boolean, preset: Preset): Promise<Comparison>;
  summarize(comparisons: Comparison[], original: Timing[], pruned: Timing[]): Promise<Summary>;
  difference(ours: Float32Array, theirs: Float32Array): Promise<Difference>;
}

/** What can run the pair that is compared. */
export type Engine = Pick<Runner, "load" | "run" | "measure">;

/** The same bytes in ONNX Runtime Web, which is loaded on first use. */
export interface Peer extends Engine {
  /** All outputs of a model that is run once and not kept. */
  answer(bytes: Uint8Array, inputs: ModelInput[]): Promise<ModelOutput[]>;
}

/** Brings pruned models back, a piece of work a call. */
export interface Learner {
  /** What does well for a method and pictures of this preset, where this was chosen. */
  plan(method: Method, preset: Preset, chosen?: Chosen): Promise<Plan>;
  /**
   * Begins a set of pictures; `folders` are the classes, none where there are no labels. `classes`: how many the model tells
   * apart, where that is known.
   */
  gather(preset: Preset, folders: string[], classes: number | null): Promise<void>;
  /** `toTest`: nothing is to be learned from it or chosen by it. */
  add(photo: Pixels, folder: string | null, toTest: boolean): Promise<void>;
  /** Many small pictures at once. */
  addStack(stack: PictureStack, toTest: boolean): Promise<void>;
  /** Reads a pair of IDX files without adding them. */
  readIdx(imagesName: string, images: Uint8Array, labelsName: string, labels: Uint8Array | null): Promise<PictureStack>;
  /** The classes of photos by their paths; `rooted`: whether the first folder holds all of them by its nature. */
  placesOf(paths: string[], rooted: boolean): Promise<Place[]>;
  /** Gets ready to recover a cut: `prepare` measures both models, then it can begin. */
  recover(original: Uint8Array, pruned: Uint8Array, plan: Plan): Promise<void>;
  /** Shows some pictures of those that have to be seen before what was asked for can begin. */
  prepare(): Promise<Preparing>;
  /** Begins the recovery, the search or the sweep that was prepared. */
  begin(): Promise<Beginning>;
  advance(): Promise<Advance>;
  /** Begins a trial of the model as it is by now, on the pictures that are chosen by. Gives how many there are. */
  judge(): Promise<number>;
  /**
   * The best model that the recovery came by so far, in case it does not come to its end; `null` where that is one after no more
   * than so many pieces of work. Its time is not measured.
   */
  checkpoint(after: number): Promise<Recovered | null>;
  /** How many of the workers that help to learn were lost since this was asked last. Learning goes on without them. */
  lostHelpers(): Promise<number>;
  /** Fails as `diverged` where the last steps of a recovery that is stopped ran away; the last good weights are then kept. */
  conclude(): Promise<void>;
  /** Ends the recovery, whole or not, with the best model that it came by: where the last one was not judged, with that. */
  finish(): Promise<Recovered>;
  /** Gets ready for a search. */
  toLine(original: Uint8Array, recipe: Recipe, plan: Plan, aim: Aim): Promise<void>;
  /** The same from the state that a round gave, on the same pictures; `best` is empty where nothing was accepted. */
  resumeLine(original: Uint8Array, state: string, best: Uint8Array): Promise<void>;
  round(): Promise<Round>;
  /** Begins to measure a criterion on the pictures that were gathered; the recipe's seed chooses among many. */
  beginScores(model: Uint8Array, criterion: string, seed: number): Promise<void>;
  advanceScores(): Promise<ScoresAdvance>;
  finishScores(): Promise<Scores>;
  /**
   * Begins to measure what came out beside the original on the pictures that nothing was learned from or chosen by. Gives how
   * many there are.
   */
  beginTest(): Promise<number>;
  /** Shows some more pictures. */
  advanceTrial(): Promise<Advance>;
  /** Of the pictures that were shown. */
  finishTrial(): Promise<Tested>;
}

/** Measures cuts that are not kept, in a worker of its own. */
export interface Prober extends Pick<Learner, "gather" | "add" | "addStack" | "prepare" | "begin"> {
  /** Gets ready to probe each layer alone at these levels, shares to remove; goes on where curves of the model end. */
  sensitivity(
    original: Uint8Array,
    recipe: Recipe,
    levels: readonly number[],
    seed: number,
    before: Curves | null,
  ): Promise<void>;
  /** Once that is prepared: what the pictures told. */
  found(): Promise<Found>;
  /** Takes what they told another prober that got ready for the same, in place of preparing. */
  takeFound(found: Found): Promise<void>;
  /** Once that is prepared: what there is to probe. */
  beginLayers(): Promise<Probing>;
  /** Begins one of the probes, in any order: cuts its layer. */
  beginProbe(index: number): Promise<void>;
  /** Shows some more pictures to the layer's cut, or the sweep's, that was begun. */
  advanceProbe(): Promise<Advance>;
  finishProbe(): Promise<Probe>;
  /** Curves with what a probe gave. */
  withProbe(curves: Curves, probe: Probe): Promise<Curves>;
  /** The recipe's target, shared out by what each layer can bear. */
  guide(original: Uint8Array, curves: Curves, recipe: Recipe): Promise<Recipe>;
  /** Gets ready to cut to many sizes, without recovery. */
  sweep(original: Uint8Array, recipe: Recipe): Promise<void>;
  /** Cuts to the share `kept`; `false` where the recipe's limits do not let so much go. */
  beginCut(kept: number): Promise<boolean>;
  /** How good the cut is, once the pictures were shown. */
  finishCut(): Promise<Swept>;
  /** Ends the worker; pending calls reject with code "cancelled". */
  end(): void;
}

export type WorkerName = "cutter" | "runner" | "peer" | "learner";

/** What the page has of the core: four workers, each started again if it dies, and probers while there is something to probe. */
export interface Core {
  cutter: Cutter;
  runner: Runner;
  peer: Peer;
  learner: Learner;
  /** Starts another prober; whoever asks for it ends it. */
  prober(): Prober;
  /** Stops that worker's long work; pending calls reject with code "cancelled". */
  cancel(which: WorkerName): void;
  /** Tells when a worker was started again, and why. Returns how to stop listening. */
  onRestart(listener: (which: WorkerName, reason: string) => void): () => void;
}
