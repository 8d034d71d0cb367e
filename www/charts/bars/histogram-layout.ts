/** Where a histogram's bars go. The count axis is logarithmic if small counts would otherwise vanish. */
import type { Histogram } from "../../core/protocol";
import type { Bar, BarLayout } from "./bars";
import { linearScale, niceScale } from "../linear-scale";
import type { Size } from "../size";

export interface HistogramLayout extends BarLayout {
  readonly isLogarithmic: boolean;
}

/** A count below this share of the largest would be less than two pixels high on a linear axis of the usual height. */
const VANISHING = 1 / 80;
/** Where a logarithmic axis starts, so that a count of one is visible. */
const LOG_START = 0.5;

export function layoutHistogram({ edges, all, removed, threshold }: Histogram, view: Size): HistogramLayout {
  const largest = all.reduce((most, count) => Math.max(most, count), 0);
  const isLogarithmic = needsLog(all, largest);
  const most = Math.max(1, largest);
  const powers = linearScale([Math.log(LOG_START), Math.log(most)], [view.height, 0]);
  const plain = niceScale([0, most], [view.height, 0], 4);
  const counts = isLogarithmic ? (count: number) => powers(Math.log(count)) : plain;
  const first = edges[0] ?? 0;
  const last = edges[edges.length - 1] ?? 1;
  const x = linearScale([first, last > first ? last : first + 1], [0, view.width]);
  const bars = (heights: Uint32Array) =>
    Array.from(heights, (count, bin): Bar => {
      const left = x(edges[bin]!);
      const top = count > 0 ? counts(count) : view.height;
      return { x: left, y: top, width: Math.max(0.5, x(edges[bin + 1]!) - left - 1), height: view.height - top };
    });
  return {
    isLogarithmic,
    bars: bars(all),
    removed: bars(removed),
    ticks: (isLogarithmic ? powerTicks(largest) : plain.ticks(4).filter(Number.isInteger)).map((value) => ({
      value,
      y: counts(value),
    })),
    valueTicks: x.ticks(5).map((value) => ({ value, x: x(value) })),
    zeroY: view.height,
    cutX: null,
    thresholdY: null,
    thresholdX: threshold === null || threshold < first || threshold > last ? null : x(threshold),
  };
}

/** Whether more than a quarter of the non-empty bins would vanish on a linear axis. */
function needsLog(all: Uint32Array, largest: number): boolean {
  const filled = all.filter((count) => count > 0);
  const vanishing = filled.filter((count) => count < largest * VANISHING);
  return vanishing.length > filled.length / 4;
}

function powerTicks(largest: number): number[] {
  const powers: number[] = [];
  const every = largest > 1e4 ? 100 : 10;
  for (let power = 1; power <= largest; power *= every) powers.push(power);
  return powers;
}
