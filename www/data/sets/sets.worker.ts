/** Unpacks archives and sprite sheets off the main thread. */
import { message, PageError, type Message } from "../../text/message";
import { cutSheet, type SheetShape } from "./sheet";
import { unzip, type Unpacked } from "./zip";

/** The stored levels, unchanged. */
const EXACT: ImageBitmapOptions = { colorSpaceConversion: "none", premultiplyAlpha: "none" };

const api = {
  /** What the archive holds, or why it can't be used. */
  unzip(archive: Uint8Array, name: string): Unpacked | Message {
    try {
      return unzip(archive, name);
    } catch (error) {
      if (error instanceof PageError) return error.said;
      throw error;
    }
  },
  async sheet(file: Uint8Array<ArrayBuffer>, shape: SheetShape): Promise<Uint8Array> {
    const bitmap = await createImageBitmap(new Blob([file]), EXACT);
    const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
    const context = canvas.getContext("2d", { willReadFrequently: true, colorSpace: "srgb" });
    if (!context) throw new PageError(message("page-error-no-canvas"));
    context.drawImage(bitmap, 0, 0);
    bitmap.close();
    return cutSheet(context.getImageData(0, 0, canvas.width, canvas.height).data, shape);
  },
};

export type SetsApi = typeof api;
export const served = Promise.resolve([api]);
