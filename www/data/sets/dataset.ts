/** A data set that comes with the page, for one of the gallery's models. */
import { text } from "../../text";
import { fileUrl, type Dataset, type DatasetPart } from "../gallery";
import { download } from "../download";
import type { TrainingStack } from "./training-item";
import { levelsOfSheet } from "./unpack";

/** Bytes before the labels in an IDX file. */
const LABELS_HEADER = 8;

/**
 * Both parts of the published split. Each is fetched once, when it is first needed. `onFetched` is called when the labels of
 * one are known.
 */
export function datasetStacks(dataset: Dataset, onFetched: () => void): TrainingStack[] {
  return [stackOf(dataset, dataset.train, false, onFetched), stackOf(dataset, dataset.test, true, onFetched)];
}

function stackOf(dataset: Dataset, part: DatasetPart, toTest: boolean, onFetched: () => void): TrainingStack {
  const { width, height, inARow } = dataset;
  const { count, sheet, labels } = part;
  const all = sheet.bytes + labels.bytes;
  let fetched: ReturnType<TrainingStack["stack"]> | null = null;
  let known: Uint8Array | null = null;
  const fetchAll = async (onShare: (share: number | null) => void) => {
    const classes = await download(fileUrl(labels.file), { expected: labels.bytes });
    const packed = await download(fileUrl(sheet.file), {
      expected: sheet.bytes,
      onArrived: ({ bytes }) => onShare((labels.bytes + bytes) / all),
    });
    const levels = await levelsOfSheet(packed, { width, height, inARow, count });
    known = classes.subarray(LABELS_HEADER, LABELS_HEADER + count);
    onFetched();
    return { levels, width, height, channels: 1, labels: known };
  };
  return {
    name: toTest
      ? text("page-data-name-test", { title: dataset.title })
      : text("page-data-name-training", { title: dataset.title }),
    toTest,
    taught: !toTest,
    count,
    get labels() {
      return known;
    },
    stack(onShare) {
      fetched ??= fetchAll(onShare).catch((error: unknown) => {
        // The next attempt fetches it again.
        fetched = null;
        throw error;
      });
      return fetched;
    },
  };
}
