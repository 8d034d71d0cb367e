/** The page's one typed door to the core: three workers, each restored to its work if it dies. */
import { Door } from "./door";
import type { CutterApi } from "./cutter.worker";
import type { PeerApi } from "./peer.worker";
import type { RunnerApi } from "./runner.worker";
import type {
  ComparisonSummary,
  Heatmap,
  HeatmapRequest,
  Histogram,
  ModelSummary,
  PackResult,
  PhotoComparison,
  Pixels,
  Prediction,
  Preset,
  Preview,
  Recipe,
  ScoreBars,
  Timing,
} from "./protocol";

export { CoreError } from "./door";
export type * from "./protocol";

/** Which of the two models a call means. */
export type Which = "original" | "pruned";
export type WorkerName = "cutter" | "runner" | "peer";

/** Scores, cuts and packs. A model that fails to open leaves the open one in place. */
export interface Cutter {
  /** `sizes`: numbers for the dynamic axes that an error with code "needs-sizes" asked for. */
  open(bytes: Uint8Array, name: string, sizes: Record<string, number>): Promise<ModelSummary>;
  /** Checks a recipe document and fills in what it leaves out. */
  parseRecipe(text: string): Promise<Recipe>;
  /** Makes this recipe the current cut and says what it does, without re-packing. */
  preview(recipe: Recipe): Promise<Preview>;
  heatmap(request: HeatmapRequest): Promise<Heatmap>;
  scores(layer: number): Promise<ScoreBars>;
  histogram(layer: number, bins: number): Promise<Histogram>;
  /** Re-packs the current cut and checks it on the photo, or on a test pattern without one. */
  pack(photo: Pixels | null, preset: Preset | null): Promise<PackResult>;
}

/** Runs ONNX bytes, exactly those that would be downloaded, and measures. */
export interface Runner {
  load(which: Which, bytes: Uint8Array): Promise<void>;
  prepare(photo: Pixels, preset: Preset): Promise<Float32Array>;
  run(which: Which, input: Float32Array): Promise<Prediction>;
  measure(which: Which, input: Float32Array, runs: number): Promise<Timing>;
  compare(original: Float32Array, pruned: Float32Array, preset: Preset): Promise<PhotoComparison>;
  summarize(comparisons: PhotoComparison[], original: Timing[], pruned: Timing[]): Promise<ComparisonSummary>;
}

/** The same bytes in ONNX Runtime Web, which is loaded on first use. */
export type PeerRunner = Pick<Runner, "load" | "run" | "measure">;

export interface Core {
  cutter: Cutter;
  runner: Runner;
  peer: PeerRunner;
  /** Stops that worker's long work; pending calls reject with code "cancelled". */
  cancel(which: WorkerName): void;
  /** Tells when a worker was started again, and why. Returns how to stop listening. */
  onRestart(listener: (which: WorkerName, reason: string) => void): () => void;
}

export function connect(): Core {
  const listeners = new Set<(which: WorkerName, reason: string) => void>();
  const tell = (which: WorkerName) => (reason: string) => listeners.forEach((listener) => listener(which, reason));

  let opened: Parameters<Cutter["open"]> | null = null;
  let cut: Recipe | null = null;
  const cutter = new Door<CutterApi>({
    start: () => new Worker(new URL("./cutter.worker.ts", import.meta.url), { type: "module", name: "cutter" }),
    restore: async (api) => {
      if (opened) await api.open(...opened);
      if (opened && cut) await api.preview(cut);
    },
    onRestart: tell("cutter"),
  });

  const held = new Map<Which, Uint8Array>();
  const runner = new Door<RunnerApi>({
    start: () => new Worker(new URL("./runner.worker.ts", import.meta.url), { type: "module", name: "runner" }),
    restore: async (api) => {
      for (const [which, bytes] of held) await api.load(which, bytes);
    },
    onRestart: tell("runner"),
  });

  const heldByPeer = new Map<Which, Uint8Array>();
  let peer: Door<PeerApi> | null = null;
  const peerDoor = () =>
    (peer ??= new Door<PeerApi>({
      start: () => new Worker(new URL("./peer.worker.ts", import.meta.url), { type: "module", name: "peer" }),
      restore: async (api) => {
        for (const [which, bytes] of heldByPeer) await api.load(which, bytes);
      },
      onRestart: tell("peer"),
    }));

  return {
    cutter: {
      async open(bytes, name, sizes) {
        const summary = await cutter.call((api) => api.open(bytes, name, sizes));
        opened = [bytes, name, sizes];
        cut = null;
        return summary;
      },
      parseRecipe: (text) => cutter.call((api) => api.parseRecipe(text)),
      async preview(recipe) {
        const preview = await cutter.call((api) => api.preview(recipe));
        cut = recipe;
        return preview;
      },
      heatmap: (request) => cutter.call((api) => api.heatmap(request)),
      scores: (layer) => cutter.call((api) => api.scores(layer)),
      histogram: (layer, bins) => cutter.call((api) => api.histogram(layer, bins)),
      pack: (photo, preset) => cutter.call((api) => api.pack(photo, preset)),
    },
    runner: {
      async load(which, bytes) {
        await runner.call((api) => api.load(which, bytes));
        held.set(which, bytes);
      },
      prepare: (photo, preset) => runner.call((api) => api.prepare(photo, preset)),
      run: (which, input) => runner.call((api) => api.run(which, input)),
      measure: (which, input, runs) => runner.call((api) => api.measure(which, input, runs)),
      compare: (original, pruned, preset) => runner.call((api) => api.compare(original, pruned, preset)),
      summarize: (comparisons, original, pruned) =>
        runner.call((api) => api.summarize(comparisons, original, pruned)),
    },
    peer: {
      async load(which, bytes) {
        await peerDoor().call((api) => api.load(which, bytes));
        heldByPeer.set(which, bytes);
      },
      run: (which, input) => peerDoor().call((api) => api.run(which, input)),
      measure: (which, input, runs) => peerDoor().call((api) => api.measure(which, input, runs)),
    },
    cancel(which) {
      if (which === "cutter") cutter.cancel();
      else if (which === "runner") runner.cancel();
      else peer?.cancel();
    },
    onRestart(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
