/** The layer that the visitor looks at closely: what the core tells of it under the present cut. */
import type { Core, Heatmap, HeatmapRequest, Histogram, LayerInfo, ScoreBars } from "../core/protocol";
import { Tracked } from "./tracked.svelte";

/** Bars of the histogram. */
const BINS = 60;

/** The part of its weights that is seen, and in how many cells. */
export type Seen = Omit<HeatmapRequest, "layer">;

export class CloseUp {
  readonly scores: Tracked<number, ScoreBars>;
  readonly magnitudes: Tracked<number, Histogram>;
  readonly weights: Tracked<HeatmapRequest, Heatmap>;

  constructor(
    { cutter }: Core,
    readonly layer: LayerInfo,
  ) {
    this.scores = new Tracked((id) => cutter.scores(id));
    this.magnitudes = new Tracked((id) => cutter.histogram(id, BINS));
    this.weights = new Tracked((request) => cutter.heatmap(request));
  }

  /** The cut has changed. */
  follow(): void {
    this.scores.ask(this.layer.id);
    this.magnitudes.ask(this.layer.id);
    this.weights.askAgain();
  }

  /** Another part is seen. */
  show(seen: Seen): void {
    this.weights.ask({ layer: this.layer.id, ...seen });
  }
}
