/** Pairs IDX files of images with IDX files of labels. The core reads them. */
import type { PictureStack } from "../../core/protocol";
import { message, PageError } from "../../text/message";
import { isIdxName, nameOf, type Entry } from "./entries";
import type { TrainingStack } from "./training-item";
import { gunzip } from "./unpack";

/** Reads a pair; throws if the two files do not fit together. */
export type ReadIdx = (
  imagesName: string,
  images: Uint8Array,
  labelsName: string,
  labels: Uint8Array | null,
) => Promise<PictureStack>;

const IMAGES_AXES = 3;

interface Opened {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly holdsImages: boolean;
}

/** Unpacks the files and pairs them. Files that were published for testing (`t10k-…`, `test-…`) are used only for that. */
export async function idxStacks(entries: readonly Entry[], read: ReadIdx): Promise<TrainingStack[]> {
  const opened: Opened[] = [];
  for (const entry of entries) {
    const name = nameOf(entry.path);
    const bytes = await gunzip(await entry.bytes(), name);
    opened.push({ name, bytes, holdsImages: bytes[3] === IMAGES_AXES });
  }
  const images = opened.filter((file) => file.holdsImages);
  const labels = opened.filter((file) => !file.holdsImages);
  if (images.length === 0) {
    throw new PageError(message("page-error-labels-without-images"));
  }
  const items: TrainingStack[] = [];
  for (const file of images) {
    const own = images.length === 1 && labels.length === 1 ? labels[0] : labels.find(belongsTo(file));
    const stack = await read(file.name, file.bytes, own?.name ?? "", own?.bytes ?? null);
    items.push({
      name: file.name,
      toTest: images.length > 1 && isToTest(file.name),
      count: stack.levels.length / (stack.width * stack.height * stack.channels),
      labels: stack.labels.length > 0 ? stack.labels : null,
      stack: () => Promise.resolve(stack),
    });
  }
  return items;
}

const isToTest = (name: string): boolean => /^(t10k|test)/i.test(name);

/** `train-images-idx3-ubyte` → `train`. */
const partOf = (name: string): string => name.split(/[.-]/, 1)[0]!.toLowerCase();

const belongsTo =
  (images: Opened) =>
  ({ name }: Opened): boolean =>
    isIdxName(name) && partOf(name) === partOf(images.name);
