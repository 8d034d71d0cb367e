/** The photos and IDX files in a ZIP archive. */
import { unzipSync } from "fflate";
import { message, PageError } from "../../text/message";
import { isHidden, isIdxName, isPhotoName } from "./entries";

/** The unpacked files must fit into the page's memory. */
const MOST_BYTES = 1_500_000_000;

export type Unpacked = readonly (readonly [path: string, bytes: Uint8Array])[];

/** Throws if the archive is damaged or too large, or if it contains no such files. */
export function unzip(archive: Uint8Array, name: string): Unpacked {
  let size = 0;
  const isWanted = ({ name: path, originalSize }: { name: string; originalSize: number }): boolean => {
    if (isHidden(path) || !(isPhotoName(path) || isIdxName(path))) return false;
    size += originalSize;
    if (size > MOST_BYTES) {
      throw new PageError(message("page-error-zip-too-large", { name, gigabytes: MOST_BYTES / 1e9 }));
    }
    return true;
  };
  let files: Record<string, Uint8Array>;
  try {
    files = unzipSync(archive, { filter: isWanted });
  } catch (error) {
    if (error instanceof PageError) throw error;
    throw new PageError(message("page-error-zip-damaged", { name }));
  }
  const found = Object.entries(files).sort(([a], [b]) => (a < b ? -1 : 1));
  if (found.length === 0) {
    throw new PageError(message("page-error-zip-no-photos", { name }));
  }
  return found;
}
