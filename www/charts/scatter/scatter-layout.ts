/** Where the parts of the plot of many models go. */
import { extent, line } from "d3";
import { linearScale, niceScale, type LinearScale } from "../linear-scale";
import type { Mark } from "./marks";

/** Pruned only, pruned and recovered in one step, or in rounds that build on each other. */
export type Way = "one-shot" | "recovered" | "iterative";

export interface ScatterPoint {
  readonly id: string;
  readonly x: number;
  /** Accuracy or agreement, 0..1. */
  readonly y: number;
  /** Whether it lost more than the search that made it accepts. */
  readonly beyond: boolean;
  /** Whether its file is still there, so that it can be selected. */
  readonly kept: boolean;
  readonly name: string;
}

export interface ScatterSeries {
  readonly id: string;
  readonly name: string;
  readonly way: Way;
  /** The methods by which it was recovered. */
  readonly mark: Mark;
  /** Series of one criterion share a color. */
  readonly color: string;
  readonly points: readonly ScatterPoint[];
}

export interface ScatterScales {
  readonly x: LinearScale;
  readonly y: LinearScale;
}

/** The whole range of the reduced quantity fits in `inner`; accuracies, including the line's, in `depth`. */
export function scales(
  series: readonly ScatterSeries[],
  from: { readonly x: number; readonly y: number },
  line: number | null,
  { inner, depth }: { readonly inner: number; readonly depth: number },
): ScatterScales {
  const points = series.flatMap((each) => each.points);
  const widest = Math.max(from.x, ...points.map((point) => point.x));
  const heights = [...points.map((point) => point.y), from.y, ...(line === null ? [] : [line])];
  const [low, high] = extent(heights) as [number, number];
  return {
    x: linearScale([0, widest > 0 ? widest : 1], [0, inner]),
    // Some room, so that a line at the lowest point can still be dragged down.
    y: niceScale([Math.max(0, low - 0.05), Math.min(1, high + 0.01)], [depth, 0], 5),
  };
}

/** A series from left to right, as one path. */
export function stroke(series: ScatterSeries, { x, y }: ScatterScales): string {
  const ordered = series.points.toSorted((a, b) => a.x - b.x);
  const path = line<ScatterPoint>(
    (point) => x(point.x),
    (point) => y(point.y),
  );
  return ordered.length > 1 ? (path(ordered) ?? "") : "";
}

/** How far a key moves the line, as a share; `null` for other keys. */
export function moveOf(key: string, line: number, from: number): number | null {
  const moves: Record<string, number> = {
    ArrowUp: line + 0.005,
    ArrowRight: line + 0.005,
    ArrowDown: line - 0.005,
    ArrowLeft: line - 0.005,
    PageUp: line + 0.05,
    PageDown: line - 0.05,
    Home: from - 0.99,
    End: from,
  };
  const moved = moves[key];
  return moved === undefined ? null : withinReach(moved, from);
}

/** Keeps the line between the original's accuracy and the loss of nearly all of it, at multiples of half a percentage point of loss. */
export function withinReach(line: number, from: number): number {
  const loss = Math.round(Math.min(0.99, Math.max(0, from - line)) * 200) / 200;
  return from - Math.min(loss, from);
}

/**
 * The smallest model on or above the line, wherever the line was when the model was made: the farthest from the original.
 * Models whose files are gone are skipped. `null` if there is none.
 */
export function lastAbove(
  series: readonly ScatterSeries[],
  from: { readonly x: number },
  line: number,
): ScatterPoint | null {
  const above = series.flatMap(({ points }) => points).filter(({ y, kept }) => y >= line && kept);
  const saved = ({ x }: ScatterPoint) => Math.abs(x - from.x);
  return above.reduce<ScatterPoint | null>((best, point) => (best && saved(best) >= saved(point) ? best : point), null);
}

/** The legend's entries: series of the same name, made in the same way, share one. */
export function legend(series: readonly ScatterSeries[]): ScatterSeries[] {
  return [...new Map(series.map((each) => [`${each.name} ${each.way}`, each])).values()];
}
