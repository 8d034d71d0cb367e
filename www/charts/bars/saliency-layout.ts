/** Where sorted score bars go. If there are more scores than room, neighbors share a bar that shows their mean. */
import type { ScoreBars } from "../../core/protocol";
import type { Bar, BarLayout } from "./bars";
import { niceScale, ticksOf } from "../linear-scale";
import type { Size } from "../size";

export interface ScoreLayout extends BarLayout {
  /** The largest number of units that one bar represents; a bar never has both units that stay and units that are removed. */
  readonly unitsPerBar: number;
}

/** Smallest width of a bar, in pixels. */
export const NARROWEST = 2;

export function layoutScores({ scores, keptCount, threshold }: ScoreBars, view: Size): ScoreLayout {
  const low = Math.min(0, scores.length > 0 ? scores[scores.length - 1]! : 0);
  const high = Math.max(low, scores[0] ?? 0, threshold ?? 0);
  const y = niceScale([low, high > low ? high : low + 1], [view.height, 0], 4);
  const perUnit = scores.length > 0 ? view.width / scores.length : 0;
  const unitsPerBar = Math.max(1, Math.ceil((scores.length * NARROWEST) / view.width));
  const bars = (from: number, to: number) => {
    const run: Bar[] = [];
    for (let start = from; start < to; start += unitsPerBar) {
      const end = Math.min(to, start + unitsPerBar);
      const top = y(mean(scores.subarray(start, end)));
      const gap = perUnit * (end - start) > 4 ? 1 : 0;
      run.push({
        x: start * perUnit,
        width: (end - start) * perUnit - gap,
        y: Math.min(top, y(0)),
        height: Math.abs(y(0) - top),
      });
    }
    return run;
  };
  return {
    bars: bars(0, keptCount),
    removed: bars(keptCount, scores.length),
    unitsPerBar,
    ticks: ticksOf(y, 4),
    valueTicks: [],
    cutX: keptCount < scores.length ? keptCount * perUnit : null,
    thresholdX: null,
    thresholdY: threshold === null ? null : y(threshold),
    zeroY: y(0),
  };
}

function mean(values: Float32Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
