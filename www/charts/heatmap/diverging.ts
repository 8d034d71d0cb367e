/**
 * Colors for signed numbers: two hues that color-blind people can distinguish, meeting at zero. Small weights differ visibly
 * because color follows the square root of the magnitude; the legend draws the same scale.
 */
import { interpolateLab, rgb } from "d3";

/** Colors as CSS writes them. */
export interface DivergingColors {
  readonly negative: string;
  readonly zero: string;
  readonly positive: string;
}

/** Steps on either side of zero. */
const STEPS = 255;

/** Colors as red, green and blue bytes, from the most negative to the most positive. */
export type Palette = Uint8ClampedArray;

export function palette({ negative, zero, positive }: DivergingColors): Palette {
  const toward = { negative: interpolateLab(zero, negative), positive: interpolateLab(zero, positive) };
  const bytes = new Uint8ClampedArray((2 * STEPS + 1) * 3);
  for (let step = -STEPS; step <= STEPS; step++) {
    const color = rgb(step < 0 ? toward.negative(-step / STEPS) : toward.positive(step / STEPS));
    bytes.set([color.r, color.g, color.b], (step + STEPS) * 3);
  }
  return bytes;
}

/** A value's index in the palette, given the largest magnitude in the layer. */
export function paletteOffset(value: number, largest: number): number {
  if (!(largest > 0) || Number.isNaN(value)) return STEPS * 3;
  return (STEPS + Math.round(signedRoot(value, largest) * STEPS)) * 3;
}

/** A value's position on the legend, 0 to 1 from left to right. */
export function legendPosition(value: number, largest: number): number {
  if (!(largest > 0)) return 0.5;
  return (1 + signedRoot(value, largest)) / 2;
}

/** The square root of a value's share of the largest, from −1 to 1. */
function signedRoot(value: number, largest: number): number {
  return Math.sign(value) * Math.sqrt(Math.min(1, Math.abs(value) / largest));
}

/** The palette as a CSS gradient, from left to right. */
export function gradient(colors: Palette): string {
  const stops: string[] = [];
  for (let at = 0; at < colors.length; at += 3 * 30) stops.push(`rgb(${colors.slice(at, at + 3).join(" ")})`);
  return `linear-gradient(to right, ${stops.join(", ")})`;
}
