/** Photos that the visitor took with the camera, each of a class. They are kept in the browser's storage. */
import { decodePhoto } from "../data/photo";
import type { TrainingPhoto } from "../data/sets/training-item";
import type { Capture } from "./kept/training-data";
import type { Storage } from "./kept/storage";
import { text } from "../text";

export interface CapturedClass {
  readonly name: string;
  readonly captures: readonly Capture[];
}

/** So many thumbnails of a class are shown. */
const SHOWN = 6;

export class Captures {
  all = $state.raw<readonly Capture[]>([]);
  /** Addresses of the thumbnails that are shown, by key. */
  thumbnails = $state.raw<ReadonlyMap<string, string>>(new Map());

  readonly classes = $derived.by((): readonly CapturedClass[] => {
    const names = [...new Set(this.all.map((capture) => capture.folder))];
    return names.map((name) => ({ name, captures: this.all.filter((capture) => capture.folder === name) }));
  });
  readonly items = $derived(this.all.map((capture): TrainingPhoto => this.#itemOf(capture)));

  constructor(private readonly storage: Storage) {}

  /** Those of earlier visits. */
  async load(): Promise<void> {
    this.all = await this.storage.loadCaptures();
    for (const { captures } of this.classes) {
      for (const { key } of captures.slice(-SHOWN)) {
        try {
          this.#show(key, await this.storage.bytes(key));
        } catch {
          // The browser has dropped the photo: so does the list.
          if (this.storage.isGone(key)) this.#set(this.all.filter((capture) => capture.key !== key));
        }
      }
    }
  }

  add(folder: string, bytes: Uint8Array): void {
    const key = this.storage.keep(bytes);
    this.#set([...this.all, { key, folder }]);
    this.#show(key, bytes);
    const outOfSight = this.classes.find(({ name }) => name === folder)?.captures.at(-SHOWN - 1);
    if (outOfSight) this.#hide(outOfSight.key);
  }

  forgetLast(folder: string): void {
    const last = this.all.findLast((capture) => capture.folder === folder);
    if (!last) return;
    this.#hide(last.key);
    this.#set(this.all.filter((capture) => capture !== last));
  }

  forgetClass(folder: string): void {
    for (const { key } of this.all.filter((capture) => capture.folder === folder)) this.#hide(key);
    this.#set(this.all.filter((capture) => capture.folder !== folder));
  }

  #set(all: readonly Capture[]): void {
    this.all = all;
    void this.storage.saveCaptures(all);
  }

  #show(key: string, bytes: Uint8Array): void {
    const url = URL.createObjectURL(new Blob([bytes as Uint8Array<ArrayBuffer>], { type: "image/jpeg" }));
    this.thumbnails = new Map([...this.thumbnails, [key, url]]);
  }

  #hide(key: string): void {
    const url = this.thumbnails.get(key);
    if (url) URL.revokeObjectURL(url);
    this.thumbnails = new Map([...this.thumbnails].filter(([shown]) => shown !== key));
  }

  #itemOf({ key, folder }: Capture): TrainingPhoto {
    const name = text("page-data-name-capture", { class: folder });
    return {
      name,
      folder,
      pixels: async () => (await decodePhoto(await this.storage.bytes(key), name)).pixels,
    };
  }
}
