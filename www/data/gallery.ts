/** What comes with the page: the gallery's models and the sample photos, as their manifests list them. */
import type { Preset } from "../core/protocol";
import { message, PageError } from "../text/message";
import { downloadJson } from "./download";

export interface GalleryModel {
  readonly id: string;
  readonly title: string;
  /** Path of the ONNX file, relative to the manifest. */
  readonly file: string;
  readonly bytes: number;
  readonly preset: string;
  readonly license: string;
  readonly source: string;
  /** Path of its training log, relative to the manifest. */
  readonly log?: string;
}

export interface SamplePhoto {
  readonly id: string;
  readonly title: string;
  /** Path of the photo, relative to the manifest. */
  readonly file: string;
  readonly credit: string;
  readonly license: string;
  /** Where to read the license; absent in the public domain. */
  readonly terms?: string;
  /** Where it is from, and what was done to it. */
  readonly source: string;
}

/** A file of a data set, relative to the manifest. */
export interface DatasetFile {
  readonly file: string;
  readonly bytes: number;
}

export interface DatasetPart {
  readonly count: number;
  /** All photos in one sprite sheet. */
  readonly sheet: DatasetFile;
  /** An IDX file. */
  readonly labels: DatasetFile;
}

/** A labeled data set for one of the models, split as it was published. */
export interface Dataset {
  readonly id: string;
  /** The id of the model that it is for. */
  readonly model: string;
  readonly title: string;
  /** Size of one photo, in pixels. */
  readonly width: number;
  readonly height: number;
  /** Photos in each row of a sheet. */
  readonly inARow: number;
  readonly train: DatasetPart;
  readonly test: DatasetPart;
  readonly license: string;
  readonly source: string;
}

export interface Gallery {
  readonly models: readonly GalleryModel[];
  readonly datasets: readonly Dataset[];
  readonly photos: readonly SamplePhoto[];
}

const GALLERY = "gallery/";
const PHOTOS = "photos/";

export async function loadGallery(): Promise<Gallery> {
  const [gallery, photos] = await Promise.all([
    downloadJson<{ models: GalleryModel[]; datasets?: Dataset[] }>(atHome(`${GALLERY}gallery.json`)),
    downloadJson<{ photos: SamplePhoto[] }>(atHome(`${PHOTOS}photos.json`)),
  ]);
  return { models: gallery.models, datasets: gallery.datasets ?? [], photos: photos.photos };
}

export function modelUrl(model: GalleryModel): string {
  return fileUrl(model.file);
}

/** The address of a file that the gallery's manifest names. */
export function fileUrl(file: string): string {
  return atHome(GALLERY + file);
}

export function photoUrl(photo: SamplePhoto): string {
  return atHome(PHOTOS + photo.file);
}

const presets = import.meta.glob<Preset>("../presets/*.json", { import: "default" });

export async function loadPreset(name: string): Promise<Preset> {
  const load = presets[`../presets/${name}.json`];
  if (!load) throw new PageError(message("page-error-no-preset", { name }));
  return load();
}

/** The page may be served under any path. */
function atHome(path: string): string {
  return new URL(path, document.baseURI).href;
}
