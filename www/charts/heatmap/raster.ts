/** Paints a heatmap's cells into pixels: color says the value, the brightness of a cross-hatching the share removed. */
import type { Heatmap } from "../../core/protocol";
import { paletteOffset, type Palette } from "./diverging";
import type { Size } from "../size";
import type { Window } from "./window";

/** What a cell's color stands for. */
export type Shown = "mean" | "largest";

export interface Ink {
  readonly palette: Palette;
  /** Red, green, blue of the cross-hatching, and of what lies outside the fetched cells. */
  readonly hatch: readonly [number, number, number];
  readonly ground: readonly [number, number, number];
  /** Pixels between two lines of the cross-hatching. */
  readonly hatchEvery: number;
}

/** Red, green, blue, alpha of every pixel of a view that shows `window`. Cells outside the view are left out. */
export function paint(
  map: Heatmap,
  window: Window,
  view: Size,
  shown: Shown,
  ink: Ink,
): Uint8ClampedArray<ArrayBuffer> {
  const pixels = new Uint8ClampedArray(view.width * view.height * 4);
  const values = shown === "mean" ? map.values : map.magnitudes;
  const colOf = cellsAlong(view.width, window.x, window.width, map.x, map.width, map.cols);
  const rowOf = cellsAlong(view.height, window.y, window.height, map.y, map.height, map.rows);
  const colors = cellColors(values, map.largest, ink.palette);
  let at = 0;
  for (let y = 0; y < view.height; y++) {
    const row = rowOf[y]!;
    for (let x = 0; x < view.width; x++, at += 4) {
      const col = colOf[x]!;
      const isInside = row >= 0 && col >= 0;
      const cell = isInside ? row * map.cols + col : 0;
      const removed = isInside ? 1 - map.kept[cell]! : 0;
      const isLine = (x + y) % ink.hatchEvery === 0 || (x - y + view.height * ink.hatchEvery) % ink.hatchEvery === 0;
      const cover = isLine ? removed : 0;
      for (let band = 0; band < 3; band++) {
        const under = isInside ? colors[cell * 3 + band]! : ink.ground[band]!;
        pixels[at + band] = under + (ink.hatch[band]! - under) * cover;
      }
      pixels[at + 3] = 255;
    }
  }
  return pixels;
}

/** For each pixel along an axis, the cell that contains its center, or −1. */
export function cellsAlong(
  pixels: number,
  start: number,
  length: number,
  cellsStart: number,
  cellsLength: number,
  cells: number,
): Int32Array {
  const perPixel = length / pixels;
  return Int32Array.from({ length: pixels }, (_, pixel) => {
    const cell = Math.floor(((start + (pixel + 0.5) * perPixel - cellsStart) * cells) / cellsLength);
    return cell >= 0 && cell < cells ? cell : -1;
  });
}

function cellColors(values: Float32Array, largest: number, palette: Palette): Uint8ClampedArray {
  const colors = new Uint8ClampedArray(values.length * 3);
  for (let cell = 0; cell < values.length; cell++) {
    const offset = paletteOffset(values[cell]!, largest);
    for (let band = 0; band < 3; band++) colors[cell * 3 + band] = palette[offset + band]!;
  }
  return colors;
}
