/** Reads a file that the visitor dropped, pasted or chose, with a message that names it where that fails. */
import * as format from "../format";
import { message, PageError } from "../text/message";

/** WebAssembly's memory ends at 4 GB, and a model stands in it more than once while it is cut. */
const LARGEST = 1_500_000_000;

export async function readBytes(file: File): Promise<Uint8Array> {
  if (file.size > LARGEST) {
    const [size, most] = [format.bytes(file.size), format.bytes(LARGEST)];
    throw new PageError(message("page-error-file-too-large", { name: file.name, size, most }));
  }
  try {
    return new Uint8Array(await file.arrayBuffer());
  } catch {
    // A folder, a file that was moved meanwhile, or one without permission.
    throw new PageError(message("page-error-file-unreadable", { name: file.name }));
  }
}
