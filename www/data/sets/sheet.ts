/** A sprite sheet: many small gray images of the same size in one, row by row. */

export interface SheetShape {
  readonly width: number;
  readonly height: number;
  /** Images in each row of the sheet. */
  readonly inARow: number;
  readonly count: number;
}

/** One byte per pixel, image after image. `rgba` holds the pixels of the sheet; their color channels are equal. */
export function cutSheet(rgba: Uint8ClampedArray, { width, height, inARow, count }: SheetShape): Uint8Array {
  const levels = new Uint8Array(count * width * height);
  const stride = inARow * width;
  let at = 0;
  for (let image = 0; image < count; image++) {
    const left = (image % inARow) * width;
    const top = Math.floor(image / inARow) * height;
    for (let y = top; y < top + height; y++) {
      for (let x = left; x < left + width; x++) levels[at++] = rgba[(y * stride + x) * 4 + 1]!;
    }
  }
  return levels;
}
