//! Pictures, and what the folders around them say.

use crate::data::DatasetEntry;
use js_sys::Uint8Array;
use serde::{Deserialize, Serialize};
use tsify::Tsify;

/// RGBA pixels, as the browser's canvas gives them.
#[derive(Deserialize, Tsify)]
pub struct Pixels {
    #[tsify(type = "Uint8ClampedArray")]
    #[serde(with = "serde_wasm_bindgen::preserve")]
    pub data: js_sys::Uint8ClampedArray,
    pub width: u32,
    pub height: u32,
    /// Of the photo's file, where the pixels came from one: [`crate::data::pictures::file_key`].
    #[serde(default)]
    #[tsify(optional, type = "bigint")]
    pub key: Option<u64>,
}

/// Many small pictures of one size.
#[derive(Serialize, Deserialize, Tsify)]
pub struct PictureStack {
    /// Picture after picture, row by row.
    #[tsify(type = "Uint8Array")]
    #[serde(with = "serde_wasm_bindgen::preserve")]
    pub levels: Uint8Array,
    pub width: u32,
    pub height: u32,
    /// Bytes of a pixel: 1 is gray, 3 are red, green and blue.
    pub channels: usize,
    /// The class of each picture; empty where they are not known.
    #[tsify(type = "Uint8Array")]
    #[serde(with = "serde_wasm_bindgen::preserve")]
    pub labels: Uint8Array,
}

/// A place for each path.
#[derive(Serialize, Tsify)]
#[tsify(missing_as_null)]
pub struct DatasetLayout(pub Vec<DatasetEntry>);
