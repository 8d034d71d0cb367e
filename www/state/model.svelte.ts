/** The model that is open. One that fails to open leaves the one before it in place. */
import type { Core } from "../core/protocol";
import type { Message, ModelSummary, Preset } from "../core/protocol";
import { loadPreset, modelUrl, type Gallery } from "../data/gallery";
import { download } from "../data/download";
import * as format from "../format";
import { sourceId, type AxisSizes, type ModelSource } from "./decisions/decisions";
import { empty, failed, failureOf, loading, type Failure, type Status } from "./status";
import type { Storage } from "./kept/storage";
import { text } from "../text";
import { message, PageError } from "../text/message";

export interface OpenedModel {
  readonly source: ModelSource;
  readonly title: string;
  /** The ONNX file as it came. */
  readonly bytes: Uint8Array;
  readonly summary: ModelSummary;
  /** The gallery's preset, or what the core guessed from the shapes. */
  readonly preset: Preset;
  /** What was guessed in the preset, in words. Empty for the gallery's. */
  readonly presetNotes: readonly Message[];
}

/** A model whose dynamic axes need numbers before it can be opened. */
export interface SizesQuestion {
  readonly source: ModelSource;
  readonly message: string;
  /** The axes' names. */
  readonly axes: readonly string[];
}

export class Model {
  opened = $state.raw<OpenedModel | null>(null);
  /** The latest try to open something. */
  attempt = $state.raw<Status<never>>(empty);
  question = $state.raw<SizesQuestion | null>(null);
  #download: AbortController | null = null;
  #openings: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly core: Core,
    private readonly storage: Storage,
    private readonly gallery: () => Gallery | null,
    /** Another model is open, or none. */
    private readonly onChange: () => void,
  ) {}

  isOpen(source: ModelSource | null): boolean {
    if (source === null || this.opened === null) return source === this.opened;
    return sourceId(source) === sourceId(this.opened.source);
  }

  /** Returns whether it worked; where it did not, `attempt` or `question` says why. */
  async open(source: ModelSource): Promise<boolean> {
    this.#download?.abort();
    const opening = this.#openings.then(() => this.#open(source));
    this.#openings = opening;
    return opening;
  }

  close(): void {
    this.opened = null;
    this.onChange();
    this.attempt = empty;
    this.question = null;
  }

  cancel(): void {
    if (this.#download) this.#download.abort();
    else this.core.cancel("cutter");
  }

  dismiss(): void {
    this.attempt = empty;
    this.question = null;
  }

  async #open(source: ModelSource): Promise<boolean> {
    this.question = null;
    try {
      const title = this.#titleOf(source);
      const bytes = await this.#bytesOf(source, title);
      this.attempt = loading(text("page-progress-reading", { name: title }));
      const summary = await this.core.cutter.open(bytes, title, { ...source.sizes });
      const known = await this.#presetOf(source);
      this.opened = {
        source,
        title,
        bytes,
        summary,
        preset: known ?? summary.preset,
        presetNotes: known ? [] : summary.presetNotes,
      };
      this.onChange();
      this.attempt = empty;
      return true;
    } catch (error) {
      const failure = failureOf(error);
      if (failure.code === "open-dimensions")
        this.question = { source, message: failure.message, axes: openAxes(failure) };
      this.attempt = failure.code === "canceled" || this.question ? empty : failed(error);
      return false;
    }
  }

  #titleOf(source: ModelSource): string {
    return source.kind === "file" ? source.name : this.#entry(source.id).title;
  }

  async #bytesOf(source: ModelSource, title: string): Promise<Uint8Array> {
    if (source.kind === "file") return this.storage.bytes(source.key);
    const entry = this.#entry(source.id);
    const abort = (this.#download = new AbortController());
    // A server may take its time before the first byte; that can be canceled too.
    this.attempt = loading(text("page-progress-downloading", { name: title }));
    try {
      return await download(modelUrl(entry), {
        signal: abort.signal,
        expected: entry.bytes,
        onArrived: ({ bytes, of }) => {
          const [name, size] = [title, format.bytes(bytes)];
          this.attempt =
            of === null
              ? loading(text("page-progress-downloading-bytes", { name, size }))
              : loading(
                  text("page-progress-downloading-bytes-of", { name, size, total: format.bytes(of) }),
                  bytes / of,
                );
        },
      });
    } finally {
      this.#download = null;
    }
  }

  async #presetOf(source: ModelSource): Promise<Preset | null> {
    return source.kind === "gallery" ? loadPreset(this.#entry(source.id).preset) : null;
  }

  #entry(id: string) {
    const entry = this.gallery()?.models.find((model) => model.id === id);
    if (!entry) throw new PageError(message("page-error-no-gallery-model", { id }));
    return entry;
  }
}

export function withSizes(source: ModelSource, sizes: AxisSizes): ModelSource {
  return { ...source, sizes: { ...source.sizes, ...sizes } };
}

/** What the core asks for a length of. */
function openAxes({ said }: Failure): string[] {
  const names = said?.args.names;
  return Array.isArray(names) ? names.map(String) : [];
}
