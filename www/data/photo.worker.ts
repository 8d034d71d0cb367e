/** Decodes photos off the main thread into plain RGBA pixels, turned upright as their EXIF data says. */
import type { Pixels } from "../core/protocol";
import { message, PageError } from "../text/message";
import { fileKey } from "./file-key";

/** Larger photos are shrunk while they are decoded: no model uses more pixels, and memory is limited. */
const MOST_PIXELS = 16_000_000;

export interface Decoded {
  readonly pixels: Pixels;
  /** Size before any shrinking, in pixels. */
  readonly width: number;
  readonly height: number;
  readonly wasShrunk: boolean;
}

async function decode(file: Blob): Promise<Decoded> {
  const bitmap = await createImageBitmap(file, { imageOrientation: "from-image", premultiplyAlpha: "none" });
  const { width, height } = bitmap;
  const shrink = Math.min(1, Math.sqrt(MOST_PIXELS / (width * height)));
  const canvas = new OffscreenCanvas(Math.max(1, Math.floor(width * shrink)), Math.max(1, Math.floor(height * shrink)));
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (!context) throw new PageError(message("page-error-no-canvas"));
  context.imageSmoothingQuality = "high";
  context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  bitmap.close();
  const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
  const key = fileKey(new Uint8Array(await file.arrayBuffer()));
  const pixels = { data, width: canvas.width, height: canvas.height, key };
  return { pixels, width, height, wasShrunk: shrink < 1 };
}

const api = { decode };
export type PhotoApi = typeof api;
export const served = Promise.resolve([api]);
