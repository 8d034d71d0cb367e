/** What comes in from outside: files that are dropped, pasted or chosen, recipes, links. */
import type { Core } from "../core/protocol";
import { readBytes } from "../data/file";
import { isSetName } from "../data/sets/entries";
import type { Decisions, ModelSource, PhotoSource } from "../state/decisions/decisions";
import { readFragment } from "../state/decisions/link";
import { failed, failureOf } from "../state/status";
import type { Storage } from "../state/kept/storage";
import { say, text } from "../text";
import { message, type Message } from "../text/message";
import type { TrainingData } from "../state/training-data.svelte";
import type { Model } from "../state/model.svelte";
import type { Notices } from "../state/notices.svelte";

/** What takes it in. */
export interface Host {
  readonly storage: Storage;
  readonly notices: Notices;
  readonly trainingData: TrainingData;
  readonly model: Model;
  readonly decisions: Decisions;
  decide(what: Message, change: Partial<Decisions>): void;
  openModel(source: ModelSource): Promise<void>;
}

export class Intake {
  constructor(
    private readonly core: Core,
    private readonly host: Host,
  ) {}

  /** Whatever the visitor dropped, pasted or chose: models, photos, recipes, data to learn from. */
  async takeFiles(all: readonly File[]): Promise<void> {
    const sets = all.filter((file) => isSetName(file.name));
    const files = all.filter((file) => !isSetName(file.name));
    if (sets.length > 0) void this.host.trainingData.takeFiles(sets);
    const isPhoto = (file: File) => file.type.startsWith("image/");
    const isRecipe = (file: File) => /\.json$/i.test(file.name) || file.type === "application/json";
    await this.addPhotos(files.filter((file) => isPhoto(file)));
    for (const file of files.filter(isRecipe)) {
      await this.applyRecipe(await file.text(), message("page-notice-source-file", { name: file.name }));
    }
    const rest = files.filter((file) => !isPhoto(file) && !isRecipe(file));
    const model = rest.find((file) => /\.onnx$/i.test(file.name)) ?? rest[0];
    if (model)
      await this.openFile(
        model,
        rest.filter((file) => file !== model),
      );
  }

  /** Opens a model. `beside` are files that came with it, which may hold the data of its tensors. */
  async openFile(file: File, beside: readonly File[] = []): Promise<void> {
    const { host } = this;
    try {
      const key = host.storage.keep(await this.#wholeModel(file, beside));
      await host.openModel({ kind: "file", name: file.name, key, sizes: {} });
    } catch (error) {
      host.model.attempt = failed(error);
    }
  }

  /** The model as one file. */
  async #wholeModel(file: File, beside: readonly File[]): Promise<Uint8Array> {
    const bytes = await readBytes(file);
    if (beside.length === 0) return bytes;
    const data: Uint8Array[] = [];
    for (const each of beside) data.push(await readBytes(each));
    return this.core.cutter.embedData(
      bytes,
      beside.map(({ name }) => name),
      data,
    );
  }

  async addPhotos(files: readonly File[]): Promise<void> {
    const { host } = this;
    const added: PhotoSource[] = [];
    for (const file of files) {
      try {
        const key = host.storage.keep(await readBytes(file));
        added.push({ kind: "file", name: file.name || text("page-notice-pasted-photo"), key });
      } catch (error) {
        host.notices.trouble(failureOf(error).message);
      }
    }
    if (added.length > 0)
      host.decide(message("page-compare-step-add-photos"), { photos: [...host.decisions.photos, ...added] });
  }

  /** Returns whether the text was a recipe. */
  async applyRecipe(written: string, source: Message): Promise<boolean> {
    const { host } = this;
    try {
      const recipe = await this.core.cutter.parseRecipe(written);
      host.decide(message("page-export-step-recipe", { source }), { recipe });
      host.notices.news(text("page-notice-recipe-applied", { source: say(source) }));
      return true;
    } catch (error) {
      host.notices.trouble(
        text("page-notice-recipe-failed", { source: say(source), reason: failureOf(error).message }),
      );
      return false;
    }
  }

  async openLink(fragment: string): Promise<void> {
    const { host } = this;
    try {
      const linked = readFragment(fragment);
      if (!linked) return;
      const source: ModelSource | null = linked.model ? { kind: "gallery", id: linked.model, sizes: {} } : null;
      if (source && !host.model.isOpen(source)) await host.openModel(source);
      await this.applyRecipe(linked.recipe, message("page-notice-source-link"));
    } catch (error) {
      host.notices.trouble(failureOf(error).message);
    }
  }
}
