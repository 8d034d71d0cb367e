/** Photos in class folders. */
import type { DatasetEntry } from "../../core/protocol";
import { decodePhoto } from "../photo";
import { nameOf, type Entry } from "./entries";
import type { TrainingPhoto } from "./training-item";

/** Asks the core what the paths say about the photos. */
export type LayoutOf = (paths: string[], rooted: boolean) => Promise<DatasetEntry[]>;

/** `rooted`: whether the first folder is the one that was chosen, which contains all photos. */
export async function trainingPhotos(
  photos: readonly Entry[],
  rooted: boolean,
  layoutOf: LayoutOf,
): Promise<TrainingPhoto[]> {
  const paths = photos.map(({ path }) => path);
  const layout = await layoutOf(paths, rooted);
  return photos.map((entry, index) => ({
    name: nameOf(entry.path),
    ...layout[index]!,
    pixels: async () => (await decodePhoto(await entry.bytes(), nameOf(entry.path))).pixels,
  }));
}
