/** Decodes a photo's file into pixels. The error names the file. */
import { CoreError, RestartableWorker } from "../core/restartable-worker";
import { startWorker } from "../core/start-worker";
import * as format from "../format";
import { message, PageError } from "../text/message";
import type { Decoded, PhotoApi } from "./photo.worker";

export type { Decoded } from "./photo.worker";

const LARGEST_FILE = 100_000_000;

const reader = new RestartableWorker<PhotoApi>({
  start: () => startWorker("photo"),
});

export async function decodePhoto(bytes: Uint8Array, name: string): Promise<Decoded> {
  if (bytes.length === 0) throw new PageError(message("page-error-photo-empty", { name }));
  if (bytes.length > LARGEST_FILE) {
    throw new PageError(message("page-error-photo-too-large", { name, most: format.bytes(LARGEST_FILE) }));
  }
  try {
    return await reader.calls.decode(new Blob([bytes as Uint8Array<ArrayBuffer>]));
  } catch (error) {
    if (error instanceof CoreError && error.code === "crashed") {
      throw new PageError(message("page-error-photo-memory", { name }));
    }
    throw new PageError(message("page-error-photo-unreadable", { name }));
  }
}
