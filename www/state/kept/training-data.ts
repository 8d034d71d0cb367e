/** What the visitor learns from, as it is kept from one visit to the next. */

/** The photos of the comparison, the gallery's own set, files, or photos taken with the camera. */
export type DataSource = "photos" | "dataset" | "files" | "camera";

/** A photo that was taken with the camera; its bytes are kept under `key`. */
export interface Capture {
  readonly key: string;
  /** Its class. */
  readonly folder: string;
}

/** Files that were chosen, small enough to be kept. */
export interface KeptFiles {
  readonly name: string;
  /** Whether they are what one folder holds. */
  readonly rooted: boolean;
  readonly files: readonly { readonly path: string; readonly key: string }[];
}

export interface KeptData {
  /** `null`: as fits the model. */
  readonly source: DataSource | null;
  readonly files: KeptFiles | null;
}
