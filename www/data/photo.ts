/** A photo's file → pixels, with a message that names the file where that can't be done. */
import { CoreError, RestartableWorker } from "../core/restartable-worker";
import type { Decoded, PhotoApi } from "./photo.worker";

export type { Decoded } from "./photo.worker";

const LARGEST_FILE = 100_000_000;

const reader = new RestartableWorker<PhotoApi>({
  start: () => new Worker(new URL("./photo.worker.ts", import.meta.url), { type: "module", name: "photo" }),
});

export async function decodePhoto(bytes: Uint8Array, name: string): Promise<Decoded> {
  if (bytes.length === 0) throw new Error(`“${name}” is empty.`);
  if (bytes.length > LARGEST_FILE) {
    throw new Error(`“${name}” is larger than 100 MB. Save it smaller and drop it again.`);
  }
  try {
    return await reader.calls.decode(new Blob([bytes as Uint8Array<ArrayBuffer>]));
  } catch (error) {
    if (error instanceof CoreError && error.code === "crashed") {
      throw new Error(`Reading “${name}” took more memory than the browser gives. Save it smaller and drop it again.`);
    }
    throw new Error(
      `“${name}” can't be read as a photo: it is damaged, or of a kind that this browser doesn't know. JPEG, PNG and WebP work everywhere.`,
    );
  }
}
