/** The layer that the visitor looks at closely: what the core tells of it under the present cut. */
import type { Core, Heatmap, HeatmapRequest, Histogram, LayerInfo, ScoreBars } from "../core/protocol";
import type { Job, JobQueue } from "./queue.svelte";
import type { OfModel } from "./subject";
import { message } from "../text/message";
import { Tracked } from "../state/tracked.svelte";

/** Bars of the histogram. */
const BINS = 60;

/** The part of its weights that is seen, and in how many cells. */
export type Seen = Omit<HeatmapRequest, "layer">;

export class CloseUp {
  readonly scores: Tracked<number, ScoreBars>;
  readonly magnitudes: Tracked<number, Histogram>;
  readonly weights: Tracked<HeatmapRequest, Heatmap>;

  constructor(
    core: Core,
    queue: JobQueue,
    of: OfModel,
    readonly layer: LayerInfo,
  ) {
    const { cutter } = core;
    const job: Job = {
      ...of,
      what: message("page-jobs-layer", { layer: layer.name, model: of.title }),
      worker: "cutter",
      isBrief: true,
      cancel: () => core.cancel("cutter"),
    };
    this.scores = new Tracked((id) => queue.awaited(job, cutter.scores(id)));
    this.magnitudes = new Tracked((id) => queue.awaited(job, cutter.histogram(id, BINS)));
    this.weights = new Tracked((request) => queue.awaited(job, cutter.heatmap(request)));
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
