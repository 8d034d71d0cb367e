/** Photos in folders that are classes. */
import { decodePhoto } from "../photo";
import { nameOf, type Entry } from "./entries";
import type { PhotoLesson } from "./lesson";

const TEST = /^(test|t10k|testing)$/i;
const PART = /^(train|training|learn|test|t10k|testing)$/i;

/** Where a photo stands: its class, and whether it was published to test on. */
export interface Place {
  readonly folder: string | null;
  readonly toTest: boolean;
}

/**
 * What a path says below the folder that holds all: `class/photo`, or `test/class/photo` where the set is published in
 * parts.
 */
export function placeOf(path: readonly string[]): Place {
  const folders = path.slice(0, -1);
  const isInParts = folders.length >= 2 && PART.test(folders[0]!);
  return { folder: folders.at(-1) ?? null, toTest: isInParts && TEST.test(folders[0]!) };
}

/** `rooted`: whether the first folder holds all of them by its nature, as a chosen folder does. */
export function photoLessons(photos: readonly Entry[], rooted: boolean): PhotoLesson[] {
  const paths = photos.map(({ path }) => path.split("/"));
  const root = rooted || haveCommonRoot(paths) ? 1 : 0;
  return photos.map((entry, index) => ({
    name: nameOf(entry.path),
    ...placeOf(paths[index]!.slice(root)),
    pixels: async () => (await decodePhoto(await entry.bytes(), nameOf(entry.path))).pixels,
  }));
}

/** One folder around folders; a single folder with photos is a class. */
function haveCommonRoot(paths: readonly (readonly string[])[]): boolean {
  const first = paths[0]?.[0];
  return paths.every((path) => path.length >= 3 && path[0] === first) && !PART.test(first ?? "");
}
