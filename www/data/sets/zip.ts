/** What a zip archive holds of photos and IDX files. */
import { unzipSync } from "fflate";
import { isHidden, isIdxName, isPhotoName } from "./entries";

/** Unpacked, these have to stand in the page's memory. */
const MOST_BYTES = 1_500_000_000;

export type Unpacked = readonly (readonly [path: string, bytes: Uint8Array])[];

/** Throws where the archive is damaged, too large, or holds nothing of the kind. */
export function unzip(archive: Uint8Array, name: string): Unpacked {
  let size = 0;
  const isWanted = ({ name: path, originalSize }: { name: string; originalSize: number }): boolean => {
    if (isHidden(path) || !(isPhotoName(path) || isIdxName(path))) return false;
    size += originalSize;
    if (size > MOST_BYTES) {
      throw new RangeError(`“${name}” holds more than 1.5 GB of photos. Leave some out, or shrink them.`);
    }
    return true;
  };
  let files: Record<string, Uint8Array>;
  try {
    files = unzipSync(archive, { filter: isWanted });
  } catch (error) {
    if (error instanceof RangeError && size > MOST_BYTES) throw new Error(error.message);
    throw new Error(`“${name}” can't be unpacked: it is damaged, incomplete, or no zip archive.`);
  }
  const found = Object.entries(files).sort(([a], [b]) => (a < b ? -1 : 1));
  if (found.length === 0) {
    throw new Error(`There are no photos in “${name}”. Put one folder a class in it, with JPEG, PNG or WebP files.`);
  }
  return found;
}
