/** Photos in folders that are classes. */
import type { DatasetEntry } from "../../core/protocol";
import { decodePhoto } from "../photo";
import { nameOf, type Entry } from "./entries";
import type { TrainingPhoto } from "./training-item";

/** What the paths say of photos: the core tells. */
export type PlacesOf = (paths: string[], rooted: boolean) => Promise<DatasetEntry[]>;

/** `rooted`: whether the first folder holds all of them by its nature, as a chosen folder does. */
export async function trainingPhotos(
  photos: readonly Entry[],
  rooted: boolean,
  placesOf: PlacesOf,
): Promise<TrainingPhoto[]> {
  const paths = photos.map(({ path }) => path);
  const places = await placesOf(paths, rooted);
  return photos.map((entry, index) => ({
    name: nameOf(entry.path),
    ...places[index]!,
    pixels: async () => (await decodePhoto(await entry.bytes(), nameOf(entry.path))).pixels,
  }));
}
