/** Many small grey pictures that are stored as one: row by row, each of the same size. */

export interface SheetShape {
  readonly width: number;
  readonly height: number;
  /** Pictures in a row of the sheet. */
  readonly inARow: number;
  readonly count: number;
}

/** One byte a pixel, picture after picture. `rgba` are the pixels of the sheet, whose colours are equal. */
export function cutSheet(rgba: Uint8ClampedArray, { width, height, inARow, count }: SheetShape): Uint8Array {
  const levels = new Uint8Array(count * width * height);
  const stride = inARow * width;
  let at = 0;
  for (let picture = 0; picture < count; picture++) {
    const left = (picture % inARow) * width;
    const top = Math.floor(picture / inARow) * height;
    for (let y = top; y < top + height; y++) {
      for (let x = left; x < left + width; x++) levels[at++] = rgba[(y * stride + x) * 4 + 1]!;
    }
  }
  return levels;
}
