/** What the files of a model are called, before what sets them apart. */
export function fileStem(title: string): string {
  return title
    .replace(/\.onnx$/i, "")
    .replace(/[^\p{L}\p{N}._-]+/gu, "-")
    .toLowerCase();
}
