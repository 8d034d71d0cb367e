/** The photos at hand, decoded. Each stands on its own: one that can't be read leaves the others alone. */
import type { Pixels } from "../core/protocol";
import { photoUrl, type Gallery, type SamplePhoto } from "../data/gallery";
import { download } from "../data/download";
import { decodePhoto, type Decoded } from "../data/photo";
import { sourceId, type PhotoSource } from "./decisions/decisions";
import { failed, loading, ready, type Status } from "./status";
import type { Storage } from "./kept/storage";
import { text } from "../text";
import { message, PageError } from "../text/message";

export interface Photo {
  readonly id: string;
  readonly source: PhotoSource;
  readonly name: string;
  /** Who took it and under which license it is shown; `null` for the visitor's own. */
  readonly credit: string | null;
  /** An address for an `<img>`; `null` until the bytes are there. */
  readonly url: string | null;
  readonly pixels: Status<Decoded>;
}

/** What has come of a photo's source so far. */
type Fetched = Pick<Photo, "url" | "pixels">;

export class Photos {
  /** Without samples that this version of the page no longer has. */
  readonly all = $derived.by(() =>
    this.sources()
      .filter((source) => source.kind === "file" || !this.gallery() || this.#sample(source.id))
      .map((source) => this.#photoOf(source)),
  );
  #fetched = $state.raw<ReadonlyMap<string, Fetched>>(new Map());
  readonly #decoding = new Map<string, Promise<Pixels | null>>();

  constructor(
    private readonly storage: Storage,
    private readonly gallery: () => Gallery | null,
    private readonly sources: () => readonly PhotoSource[],
    /** A photo was decoded, or could not be. */
    private readonly onDecoded: () => void,
  ) {}

  /** Decodes photos that are new, and lets go of those that are gone. */
  fetch(): void {
    const wanted = new Set(this.all.map(({ id }) => id));
    for (const id of [...this.#decoding.keys()]) if (!wanted.has(id)) this.#release(id);
    for (const { id, source, name } of this.all)
      if (!this.#decoding.has(id)) this.#decoding.set(id, this.#decode(id, source, name));
  }

  /** The same, and tries again those that failed. */
  fetchAgain(): void {
    for (const { id, pixels } of this.all) if (pixels.state === "failed") this.#release(id);
    this.fetch();
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

  #sample(id: string): SamplePhoto | undefined {
    return this.gallery()?.photos.find((photo) => photo.id === id);
  }

  #photoOf(source: PhotoSource): Photo {
    const id = sourceId(source);
    const sample = source.kind === "sample" ? this.#sample(source.id) : null;
    const name = source.kind === "file" ? source.name : (sample?.title ?? source.id);
    const credit = sample ? `${sample.credit} · ${sample.license}` : null;
    return { id, source, name, credit, ...(this.#fetched.get(id) ?? decoding(name)) };
  }

  async #decode(id: string, source: PhotoSource, name: string): Promise<Pixels | null> {
    try {
      const bytes = await this.#bytesOf(source);
      this.#update(id, name, { url: URL.createObjectURL(new Blob([bytes as Uint8Array<ArrayBuffer>])) });
      const decoded = await decodePhoto(bytes, name);
      this.#update(id, name, { pixels: ready(decoded) });
      return decoded.pixels;
    } catch (error) {
      this.#update(id, name, { pixels: failed(error) });
      return null;
    }
  }

  async #bytesOf(source: PhotoSource): Promise<Uint8Array> {
    if (source.kind === "file") return this.storage.bytes(source.key);
    const sample = this.#sample(source.id);
    if (!sample) throw new PageError(message("page-error-no-sample-photo", { id: source.id }));
    return download(photoUrl(sample));
  }

  #update(id: string, name: string, change: Partial<Fetched>): void {
    if (this.#decoding.has(id))
      this.#fetched = new Map(this.#fetched).set(id, { ...(this.#fetched.get(id) ?? decoding(name)), ...change });
    else if (change.url) URL.revokeObjectURL(change.url);
    if (change.pixels) this.onDecoded();
  }

  #release(id: string): void {
    this.#decoding.delete(id);
    const url = this.#fetched.get(id)?.url;
    if (url) URL.revokeObjectURL(url);
    this.#fetched = new Map([...this.#fetched].filter(([fetched]) => fetched !== id));
  }
}

const decoding = (name: string): Fetched => ({ url: null, pixels: loading(text("page-progress-decoding", { name })) });
