/** The photos at hand, decoded. Each stands on its own: one that can't be read leaves the others alone. */
import type { Pixels } from "../core/protocol";
import { photoUrl, type Catalogue } from "../data/catalogue";
import { download } from "../data/download";
import { decodePhoto, type Decoded } from "../data/photo";
import { sourceId, type PhotoSource } from "../state/decisions";
import { failed, loading, ready, type Status } from "../state/status";
import type { Storage } from "../state/storage";
import { text } from "../text";
import { message, PageError } from "../text/message";

export interface Photo {
  readonly id: string;
  readonly source: PhotoSource;
  readonly name: string;
  /** Who took it and under which licence it is shown; `null` for the visitor's own. */
  readonly credit: string | null;
  /** An address for an `<img>`; `null` until the bytes are there. */
  readonly url: string | null;
  readonly pixels: Status<Decoded>;
}

export class Photos {
  all = $state.raw<readonly Photo[]>([]);
  readonly #decoding = new Map<string, Promise<Pixels | null>>();

  constructor(
    private readonly storage: Storage,
    private readonly catalogue: () => Catalogue | null,
  ) {}

  /** Shows these photos, decoding those that are new. */
  follow(sources: readonly PhotoSource[]): void {
    const known = new Map(this.all.map((photo) => [photo.id, photo]));
    const wanted = new Set(sources.map(sourceId));
    for (const photo of this.all) if (!wanted.has(photo.id)) this.#release(photo);
    this.all = sources.map((source) => known.get(sourceId(source)) ?? this.#begin(source));
  }

  /** The first photo that can be read, once it has been. */
  async first(): Promise<Pixels | null> {
    for (const { id } of this.all) {
      const pixels = await this.#decoding.get(id);
      if (pixels) return pixels;
    }
    return null;
  }

  /** All photos that can be read, once they have been. */
  async readable(): Promise<readonly { readonly name: string; readonly pixels: Pixels }[]> {
    const decoded = this.all.map(async ({ id, name }) => ({ name, pixels: await this.#decoding.get(id) }));
    const all = await Promise.all(decoded);
    return all.flatMap(({ name, pixels }) => (pixels ? [{ name, pixels }] : []));
  }

  #begin(source: PhotoSource): Photo {
    const id = sourceId(source);
    const sample = source.kind === "sample" ? this.catalogue()?.photos.find((photo) => photo.id === source.id) : null;
    const name = source.kind === "file" ? source.name : (sample?.title ?? source.id);
    const credit = sample ? `${sample.credit} · ${sample.licence}` : null;
    this.#decoding.set(id, this.#decode(id, source, name));
    return { id, source, name, credit, url: null, pixels: loading(text("page-progress-decoding", { name })) };
  }

  async #decode(id: string, source: PhotoSource, name: string): Promise<Pixels | null> {
    try {
      const bytes = await this.#bytesOf(source);
      this.#update(id, { url: URL.createObjectURL(new Blob([bytes as Uint8Array<ArrayBuffer>])) });
      const decoded = await decodePhoto(bytes, name);
      this.#update(id, { pixels: ready(decoded) });
      return decoded.pixels;
    } catch (error) {
      this.#update(id, { pixels: failed(error) });
      return null;
    }
  }

  async #bytesOf(source: PhotoSource): Promise<Uint8Array> {
    if (source.kind === "file") return this.storage.bytes(source.key);
    const sample = this.catalogue()?.photos.find((photo) => photo.id === source.id);
    if (!sample) throw new PageError(message("page-error-no-sample-photo", { id: source.id }));
    return download(photoUrl(sample));
  }

  #update(id: string, change: Partial<Photo>): void {
    const isThere = this.all.some((photo) => photo.id === id);
    if (!isThere && change.url) URL.revokeObjectURL(change.url);
    this.all = this.all.map((photo) => (photo.id === id ? { ...photo, ...change } : photo));
  }

  #release(photo: Photo): void {
    this.#decoding.delete(photo.id);
    if (photo.url) URL.revokeObjectURL(photo.url);
  }
}
