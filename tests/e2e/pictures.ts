/** Photos that are hard to read, made in the browser itself. */
import type { Page } from "@playwright/test";

interface Drawing {
  width: number;
  height: number;
  type: "image/png" | "image/jpeg";
  /** CSS color that fills the picture; its left half is then drawn red if `marked`. */
  fill: string;
  marked?: boolean;
}

export async function draw(page: Page, drawing: Drawing): Promise<Buffer> {
  const base64 = await page.evaluate(async ({ width, height, type, fill, marked }) => {
    const canvas = new OffscreenCanvas(width, height);
    const context = canvas.getContext("2d")!;
    context.fillStyle = fill;
    context.fillRect(0, 0, width, height);
    context.fillStyle = "red";
    if (marked) context.fillRect(0, 0, width / 2, height);
    const bytes = new Uint8Array(await (await canvas.convertToBlob({ type })).arrayBuffer());
    let binary = "";
    for (const byte of bytes) binary += String.fromCharCode(byte);
    return btoa(binary);
  }, drawing);
  return Buffer.from(base64, "base64");
}

/** The JPEG with an EXIF segment that says how it must be rotated (6: a quarter turn clockwise). */
export function turned(jpeg: Buffer, orientation: number): Buffer {
  const tiff = Buffer.from([
    0x4d,
    0x4d,
    0,
    42,
    0,
    0,
    0,
    8,
    0,
    1,
    0x01,
    0x12,
    0,
    3,
    0,
    0,
    0,
    1,
    0,
    orientation,
    0,
    0,
    0,
    0,
    0,
    0,
  ]);
  const body = Buffer.concat([Buffer.from("Exif\0\0", "latin1"), tiff]);
  const length = body.length + 2;
  const segment = Buffer.concat([Buffer.from([0xff, 0xe1, length >> 8, length & 0xff]), body]);
  return Buffer.concat([jpeg.subarray(0, 2), segment, jpeg.subarray(2)]);
}
