/** What the page and the core say to each other. All numbers are plain numbers; all arithmetic is the core's. */

export interface TensorInfo {
  name: string;
  dtype: string;
  shape: string[];
} // "N", "3", "224"
export interface Totals {
  parameters: number;
  nonzeros: number;
  macs: number;
  activationBytes: number;
  bytes: number;
}
// bytes: the ONNX file as exported. In a preview bytes may be an estimate: see Preview.bytesAreExact
export interface UnsupportedOperator {
  node: string;
  operator: string;
  opset: number;
}
export interface LayerInfo {
  id: number; // index in ModelSummary.layers, execution order
  name: string;
  operator: string; // node label, "Conv" …
  kind: string; // "convolution" | "pointwise" | "depthwise" | "grouped" | "transposed" | "linear"
  weight: string;
  weightShape: number[];
  channelsIn: number;
  channelsOut: number;
  outputShape: number[];
  parameters: number;
  nonzeros: number;
  macs: number;
  activationBytes: number;
  bytes: number;
  group: number | null; // channel group that its output channels belong to
  kept: string | null; // why its output channels can't be cut, in the user's words
}
export interface GroupInfo {
  id: number;
  channels: number;
  layers: number[];
} // layers that lose output channels together
export interface ModelSummary {
  name: string;
  opset: number;
  producer: string;
  inputs: TensorInfo[];
  outputs: TensorInfo[];
  totals: Totals;
  layers: LayerInfo[];
  groups: GroupInfo[];
  unsupported: UnsupportedOperator[]; // empty: our executor runs it
  kept: { place: string; reason: string }[];
  warnings: string[];
  preset: Preset;
  presetNotes: string[]; // guessed from the shapes; the page replaces it by the gallery's preset where there is one
}
export interface Preset {
  // also the document `--preset` takes; see docs/preset.md once landed (fields may be refined)
  size: [number, number];
  crop: string;
  mean: number[];
  std: number[];
  channelOrder: string;
  layout: string;
  classes?: string[];
}
export interface Recipe {
  criterion?: string;
  granularity?: string;
  block?: [number, number];
  allocation?: string;
  target?: { sparsity?: number; parameters?: number; macs?: number; bytes?: number };
  layers?: Record<string, number>;
  protect?: string[];
  reduction?: string;
  floor?: number;
  roundTo?: number;
  maxSparsity?: number;
  seed?: number;
}
export interface LayerCut {
  id: number;
  channelsIn: number;
  channelsOut: number;
  parameters: number;
  nonzeros: number;
  macs: number;
  bytes: number;
  sparsity: number; // share removed in this layer, 0..1
  threshold: number | null; // the saliency cut line in this layer
}
export interface Preview {
  before: Totals;
  after: Totals;
  bytesAreExact: boolean;
  layers: LayerCut[];
  warnings: string[];
  milliseconds: number;
}

export interface HeatmapRequest {
  layer: number;
  rows: number;
  cols: number;
  x: number;
  y: number;
  width: number;
  height: number;
}
// window in weight-matrix coordinates: the weight as a 2-D matrix, rows = output channels, columns = everything else;
// rows × cols cells are wanted at most
export interface Heatmap {
  matrixRows: number;
  matrixCols: number; // the whole matrix
  x: number;
  y: number;
  width: number;
  height: number; // window really shown (whole cells)
  rows: number;
  cols: number; // cells
  weightsPerCell: number; // 1: single weights
  values: Float32Array; // signed mean (or the weight itself), row-major
  magnitudes: Float32Array; // largest |w| in the cell
  kept: Float32Array; // share of the cell's weights that the mask keeps, 0..1
  largest: number; // largest |w| of the whole layer: the colour scale
}
export interface ScoreBars {
  scores: Float32Array;
  units: Uint32Array;
  keptCount: number;
  threshold: number | null;
  label: string;
} // sorted high→low; the first keptCount survive
export interface Histogram {
  edges: Float32Array;
  all: Uint32Array;
  removed: Uint32Array;
  threshold: number | null;
  label: string;
}

export interface CheckResult {
  agrees: boolean;
  maxAbsolute: number;
  maxRelative: number;
  checkedOn: string;
} // masked dense vs re-packed; checkedOn: "your photo" or "a test pattern"
export interface PackNote {
  layer: string;
  channels: number;
  what: string;
} // folded / zeroed constants etc., in words
export interface PackResult {
  before: Totals;
  after: Totals;
  layers: LayerCut[];
  check: CheckResult | null;
  checkSkipped: string | null;
  folded: PackNote[];
  zeroed: PackNote[];
  warnings: string[];
  bytes: Uint8Array; // the ONNX file
  report: string; // the report document (JSON text), what "Download report" saves
  recipe: string; // canonical recipe JSON
  milliseconds: number;
}
export interface Pixels {
  data: Uint8ClampedArray;
  width: number;
  height: number;
}
export interface ClassScore {
  index: number;
  label: string;
  probability: number;
}
export interface Timing {
  median: number;
  low: number;
  high: number;
  runs: number;
} // ms; low/high: quartiles
export interface PhotoComparison {
  originalTop: ClassScore[];
  prunedTop: ClassScore[];
  agrees: boolean;
  kl: number;
}
export interface ComparisonSummary {
  photos: number;
  agreement: number;
  meanKl: number;
  speedup: number;
} // over all photos
export interface Prediction {
  logits: Float32Array;
  milliseconds: number;
}
export interface CoreError {
  code: string;
  message: string;
} // every rejected promise carries this

/** Cutter: lives in a worker of its own. On an error the model that was open stays open. */
export interface Cutter {
  open(bytes: Uint8Array, name: string, sizes: Record<string, number>): Promise<ModelSummary>; // sizes: numbers for dynamic axes the page asked for (error code "needs-sizes")
  parseRecipe(text: string): Promise<Recipe>; // checks, fills in defaults
  parsePreset(text: string): Promise<Preset>; // checks, fills in defaults
  preview(recipe: Recipe): Promise<Preview>; // sets the current cut
  heatmap(request: HeatmapRequest): Promise<Heatmap>; // of the current cut
  scores(layer: number): Promise<ScoreBars>;
  histogram(layer: number, bins: number): Promise<Histogram>;
  pack(photo: Pixels | null, preset: Preset | null): Promise<PackResult>; // re-packs the current cut, checks it on the photo
}
export interface Difference {
  maxAbsolute: number;
  maxRelative: number;
} // between two outputs of one shape
/** Runner: a second worker: runs exported bytes, measures. `engine` is ours or ONNX Runtime Web. */
export type Which = "original" | "pruned";
export interface Runner {
  load(which: Which, bytes: Uint8Array): Promise<void>;
  prepare(photo: Pixels, preset: Preset): Promise<Float32Array>; // the model's input tensor
  run(which: Which, input: Float32Array): Promise<Prediction>;
  measure(which: Which, input: Float32Array, runs: number): Promise<Timing>;
  compare(original: Float32Array, pruned: Float32Array, preset: Preset): Promise<PhotoComparison>;
  summarize(comparisons: PhotoComparison[], original: Timing[], pruned: Timing[]): Promise<ComparisonSummary>;
  difference(ours: Float32Array, theirs: Float32Array): Promise<Difference>;
}
/** Same shape, running the very same bytes in ONNX Runtime Web (module loaded on first use, in its own worker). */
export interface PeerRunner {
  load(which: Which, bytes: Uint8Array): Promise<void>;
  run(which: Which, input: Float32Array): Promise<Prediction>;
  measure(which: Which, input: Float32Array, runs: number): Promise<Timing>;
}

/** What client.ts gives the page. A call made while a worker is restarted waits for it. */
export interface Core {
  cutter: Cutter;
  runner: Runner;
  peer: PeerRunner;
  /** Ends long work: the worker is stopped and started again, its model re-opened from the bytes; the pending calls reject with code "cancelled". */
  cancel(which: "cutter" | "runner" | "peer"): void;
  onRestart(listener: (which: string, reason: string) => void): () => void;
}
