/**
 * What the page trains and measures on: one choice for recovery, the budget search, sensitivity and criteria that use photos.
 * Whatever it comes from, it is a list of items (see data/sets/training-item.ts).
 */
import type { Core } from "../core/protocol";
import type { Gallery, Dataset } from "../data/gallery";
import { datasetStacks } from "../data/sets/dataset";
import {
  entryOf,
  entryOfBytes,
  isHidden,
  isIdxName,
  isPhotoName,
  isZipName,
  nameOf,
  type Entry,
} from "../data/sets/entries";
import { trainingPhotos } from "../data/sets/folders";
import { idxStacks } from "../data/sets/idx";
import type { TrainingItem, TrainingPhoto } from "../data/sets/training-item";
import { summarize } from "../data/sets/summary";
import { unzipEntries } from "../data/sets/unpack";
import * as format from "../format";
import type { KeptFiles, DataSource } from "./kept/training-data";
import { empty, failed, loading, type Status } from "./status";
import type { Storage } from "./kept/storage";
import { text } from "../text";
import { message, PageError } from "../text/message";
import { Captures } from "./captures.svelte";
import type { Photos } from "./photos.svelte";

/** Files of more bytes than this are not kept for the next visit. */
const MOST_KEPT = 100_000_000;

interface FileSet {
  readonly name: string;
  readonly items: readonly TrainingItem[];
  /** Whether they are found again after a reload. */
  readonly isKept: boolean;
}

/** What the choice depends on beside itself. */
export interface Surroundings {
  readonly photos: Photos;
  readonly gallery: () => Gallery | null;
  /** The gallery's name of the model that is open, if it is one of the gallery's. */
  readonly model: () => string | null;
  /** The names of the classes that the preset gives. */
  readonly classes: () => readonly string[] | undefined;
}

export class TrainingData {
  readonly captures: Captures;
  /** The files being read. */
  work = $state.raw<Status<never>>(empty);
  #chosen = $state.raw<DataSource | null>(null);
  #files = $state.raw<FileSet | null>(null);
  #kept: KeptFiles | null = null;
  /** Raised when labels of the gallery's set become known. */
  #fetched = $state(0);
  #reading = new AbortController();

  /** The gallery's own set for the open model. */
  readonly dataset = $derived.by((): Dataset | null => {
    const model = this.around.model();
    return this.around.gallery()?.datasets.find((dataset) => dataset.model === model) ?? null;
  });
  readonly #ofDataset = $derived(this.dataset ? datasetStacks(this.dataset, () => (this.#fetched += 1)) : []);
  readonly #ofPhotos = $derived.by(() =>
    this.around.photos.all.flatMap(({ id, name, pixels }): TrainingPhoto[] =>
      pixels.state === "ready"
        ? [{ name, folder: null, compared: id, pixels: () => Promise.resolve(pixels.value.pixels) }]
        : [],
    ),
  );

  readonly source = $derived.by((): DataSource => {
    const chosen = this.#chosen;
    const isThere = chosen !== null && (chosen !== "dataset" || this.dataset !== null);
    return isThere ? chosen : this.dataset ? "dataset" : "photos";
  });
  /** What is learned from. */
  readonly all = $derived.by((): readonly TrainingItem[] => {
    if (this.source === "dataset") return this.#ofDataset;
    if (this.source === "files") return this.#files?.items ?? [];
    return this.source === "camera" ? this.captures.items : this.#ofPhotos;
  });
  /** What the set is called in a sentence. */
  readonly name = $derived.by((): string => {
    if (this.source === "dataset") return this.dataset!.title;
    if (this.source === "files") return this.#files?.name ?? text("page-data-name-files");
    return this.source === "camera" ? text("page-data-name-camera") : text("page-data-name-photos");
  });
  readonly summary = $derived.by(() => {
    void this.#fetched;
    return summarize(this.all, this.around.classes());
  });
  /** What is to be known beside the summary's warnings. */
  readonly remark = $derived.by((): string | null => {
    if (this.source === "dataset") return this.dataset!.id === "fashion-mnist" ? text("page-data-fashion-mnist") : null;
    if (this.source !== "files" || !this.#files || this.#files.isKept) return null;
    return text("page-data-not-kept", { size: format.bytes(MOST_KEPT) });
  });

  constructor(
    private readonly core: Core,
    private readonly storage: Storage,
    private readonly around: Surroundings,
  ) {
    this.captures = new Captures(storage);
  }

  /** Brings back what was chosen on an earlier visit. */
  async load(): Promise<void> {
    const [kept] = await Promise.all([this.storage.loadTrainingData(), this.captures.load()]);
    if (!kept) return;
    this.#chosen = kept.source;
    this.#kept = kept.files;
    if (!kept.files) return;
    const { name, rooted, files } = kept.files;
    await this.#read(name, async () => {
      const entries: Entry[] = [];
      for (const { path, key } of files) entries.push(entryOfBytes(path, await this.storage.bytes(key)));
      return { name, items: await this.#itemsOf(entries, rooted), isKept: true };
    });
  }

  choose(source: DataSource): void {
    this.#chosen = source;
    this.#save();
  }

  /** Takes files that were chosen or dropped: a folder's photos, zip archives, or IDX files. */
  async takeFiles(files: readonly File[]): Promise<void> {
    const entries = files.map(entryOf).filter(({ path }) => !isHidden(path));
    const rooted = files.some((file) => file.webkitRelativePath !== "");
    const name = nameOfAll(entries, rooted);
    this.#chosen = "files";
    await this.#read(name, async (signal) => {
      const items = await this.#itemsOf(entries, rooted);
      signal.throwIfAborted();
      const size = entries.reduce((sum, entry) => sum + entry.size, 0);
      const isKept = size <= MOST_KEPT;
      this.#kept = isKept ? await this.#keep(name, rooted, entries) : null;
      return { name, items, isKept };
    });
    this.#save();
  }

  forgetFiles(): void {
    this.#reading.abort();
    this.#files = null;
    this.#kept = null;
    this.work = empty;
    this.#save();
  }

  cancel(): void {
    this.#reading.abort();
    this.work = empty;
  }

  async #read(name: string, work: (signal: AbortSignal) => Promise<FileSet>): Promise<void> {
    this.#reading.abort();
    const { signal } = (this.#reading = new AbortController());
    this.work = loading(text("page-progress-reading", { name }));
    try {
      const files = await work(signal);
      if (signal.aborted) return;
      this.#files = files;
      this.work = empty;
    } catch (error) {
      // The learner reads IDX files: a cancel of its other work ends that too.
      if (!signal.aborted) this.work = failed(error);
    }
  }

  async #itemsOf(entries: readonly Entry[], rooted: boolean): Promise<readonly TrainingItem[]> {
    const archives = entries.filter(({ path }) => isZipName(path));
    const loose = entries.filter(({ path }) => !isZipName(path));
    const unpacked: Entry[] = [];
    for (const archive of archives) unpacked.push(...(await unzipEntries(await archive.bytes(), nameOf(archive.path))));
    const all = [...loose, ...unpacked];
    const idx = all.filter(({ path }) => isIdxName(path));
    if (idx.length > 0) return idxStacks(idx, (...pair) => this.core.learner.readIdx(...pair));
    const photos = all.filter(({ path }) => isPhotoName(path));
    if (photos.length === 0) {
      throw new PageError(message("page-error-no-photos"));
    }
    const layoutOf = (paths: string[], rooted: boolean) => this.core.learner.datasetLayout(paths, rooted);
    return trainingPhotos(photos, rooted && archives.length === 0, layoutOf);
  }

  async #keep(name: string, rooted: boolean, entries: readonly Entry[]): Promise<KeptFiles> {
    const files: { path: string; key: string }[] = [];
    for (const entry of entries) files.push({ path: entry.path, key: this.storage.keep(await entry.bytes()) });
    return { name, rooted, files };
  }

  #save(): void {
    void this.storage.saveTrainingData({ source: this.#chosen, files: this.#kept });
  }
}

function nameOfAll(entries: readonly Entry[], rooted: boolean): string {
  const folder = rooted ? entries[0]?.path.split("/")[0] : undefined;
  if (folder !== undefined) return text("page-data-name-quoted", { name: folder });
  if (rooted) return text("page-data-name-folder");
  const [only] = entries;
  return entries.length === 1
    ? text("page-data-name-quoted", { name: nameOf(only!.path) })
    : text("page-data-name-files");
}
