/** Where the parts of a bar chart go. */

export interface Bar {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface BarLayout {
  /** What the cut keeps, or all there is, and in front of it what the cut removes. */
  readonly bars: Bar[];
  readonly removed: Bar[];
  readonly ticks: { readonly y: number; readonly value: number }[];
  /** Empty if the horizontal axis is no scale. */
  readonly valueTicks: { readonly x: number; readonly value: number }[];
  /** The foot of the bars. */
  readonly zeroY: number;
  /** Where the last bar that stays ends. */
  readonly cutX: number | null;
  /** Where the threshold is, if it is on an axis. */
  readonly thresholdX: number | null;
  readonly thresholdY: number | null;
}

/** One outline for many bars: cheap to draw. */
export function barsPath(bars: readonly Bar[]): string {
  return bars.map(({ x, y, width, height }) => `M${x} ${y}h${width}v${height}h${-width}z`).join("");
}
