/** The course of learning: the curve of its losses, and its pace. Only time that it learns in counts. */
import type { TrainingStep } from "../../core/protocol";

/** A piece of a recovery. */
export interface Piece {
  /** Pieces done, and in all. */
  readonly done: number;
  readonly of: number;
  /** What it did, where it was a step of training. */
  readonly step?: TrainingStep;
}

export interface LossPoint {
  readonly step: number;
  readonly loss: number;
}

export interface Throughput {
  /** Photos learned from in a second; `null` where no step learns from some. */
  readonly photos: number | null;
  /** Milliseconds that are left. */
  readonly left: number;
}

/** Points of the curve of losses, at most: more would cost the learning time to draw, and show no more. */
const LOSSES = 400;
/** Milliseconds between two looks at it: drawing takes its time from the very cores that learn. */
const REDRAW = 400;

export class TrainingProgress {
  pace: Throughput | null = null;
  readonly #losses: LossPoint[] = [];
  /** The share of the way at which the next point of the curve is due, in such parts. */
  #due = 0;
  #since = 0;
  #spent = 0;
  #photos = 0;
  #drawn = -Infinity;

  /** `now`: a clock in milliseconds. */
  constructor(private readonly now: () => number) {}

  get losses(): readonly LossPoint[] {
    return [...this.#losses];
  }

  /** The next piece begins now. */
  begin(): void {
    this.#since = this.now();
  }

  /** Takes the piece that has begun last. Gives whether it is time to look. */
  take({ done, of, step }: Piece): boolean {
    const now = this.now();
    this.#spent += now - this.#since;
    const way = done / of;
    if (step) {
      this.#photos += step.samples;
      if (way * LOSSES >= this.#due) {
        this.#losses.push({ step: step.step, loss: step.loss });
        this.#due = Math.floor(way * LOSSES) + 1;
      }
    }
    if (now - this.#drawn <= REDRAW && done < of) return false;
    this.#drawn = now;
    const photos = step ? (this.#photos * 1000) / Math.max(1, this.#spent) : null;
    this.pace = { photos, left: (this.#spent / Math.max(1, done)) * (of - done) };
    return true;
  }
}
