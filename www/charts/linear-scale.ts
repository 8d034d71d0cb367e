/** A straight scale from numbers to pixels. d3's own would bring along all that it can scale, such as colors and dates. */
import { nice, ticks } from "d3";

export interface LinearScale {
  (value: number): number;
  /** The number at a pixel. */
  invert(pixel: number): number;
  /** About so many round numbers of the domain. */
  ticks(count: number): number[];
}

type Interval = readonly [start: number, end: number];

/** Numbers of an empty domain lie in the middle. */
export function linearScale(domain: Interval, range: Interval): LinearScale {
  const [start, end] = domain;
  return Object.assign((value: number) => between(range, end > start ? (value - start) / (end - start) : 0.5), {
    invert: (pixel: number) => between(domain, (pixel - range[0]) / (range[1] - range[0])),
    ticks: (count: number) => ticks(start, end, count),
  });
}

/** The same, from round number to round number. */
export function niceScale([start, end]: Interval, range: Interval, count: number): LinearScale {
  const [low, high] = nice(start, end, count);
  return linearScale([low, high], range);
}

/** About so many round numbers of a vertical scale, and where they are. */
export function ticksOf(scale: LinearScale, count: number): { y: number; value: number }[] {
  return scale.ticks(count).map((value) => ({ y: scale(value), value }));
}

function between([start, end]: Interval, share: number): number {
  return start * (1 - share) + end * share;
}
