/** Reads a file that the visitor dropped, pasted or chose, with a message that names it where that fails. */
import * as format from "../format";

/** WebAssembly's memory ends at 4 GB, and a model stands in it more than once while it is cut. */
const LARGEST = 1_500_000_000;

export async function readBytes(file: File): Promise<Uint8Array> {
  if (file.size > LARGEST) {
    throw new Error(
      `“${file.name}” has ${format.bytes(file.size)}, more than a web page's memory can work on (${format.bytes(LARGEST)}). ` +
        "Use the native command for it.",
    );
  }
  try {
    return new Uint8Array(await file.arrayBuffer());
  } catch {
    // A folder, a file that was moved meanwhile, or one without permission.
    throw new Error(`“${file.name}” can't be read from the disk. Is it a folder, or was it moved?`);
  }
}
