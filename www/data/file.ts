/** Reads a file that the visitor dropped, pasted, or chose. The error names the file. */
import * as format from "../format";
import { message, PageError } from "../text/message";

/** WebAssembly has at most 4 GB of memory, and it holds a model more than once while the model is pruned. */
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
