/** Files by their paths, wherever they come from: chosen, dropped, in a folder, or in an archive. */
import { readBytes } from "../file";

export interface Entry {
  /** Folders and name, separated by “/”. */
  readonly path: string;
  readonly size: number;
  bytes(): Promise<Uint8Array>;
}

export function entryOf(file: File): Entry {
  return { path: file.webkitRelativePath || file.name, size: file.size, bytes: () => readBytes(file) };
}

/** An entry whose bytes are in memory. */
export function entryOfBytes(path: string, bytes: Uint8Array): Entry {
  return { path, size: bytes.length, bytes: () => Promise.resolve(bytes) };
}

export const nameOf = (path: string): string => path.split("/").at(-1) ?? path;

/** Files that operating systems put into folders and archives for themselves. */
export function isHidden(path: string): boolean {
  return path.split("/").some((part) => part.startsWith(".") || part === "__MACOSX");
}

export const isPhotoName = (path: string): boolean => /\.(jpe?g|jfif|png|webp|avif|gif|bmp)$/i.test(path);

export const isZipName = (path: string): boolean => /\.zip$/i.test(path);

/** Named as in MNIST and Fashion-MNIST, packed or not. */
export const isIdxName = (path: string): boolean => /[.-]idx[13]?(-ubyte)?(\.gz)?$/i.test(path);

/** Whether it is training data, not a model. */
export const isSetName = (path: string): boolean => isZipName(path) || isIdxName(path);
