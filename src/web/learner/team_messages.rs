//! The messages between workers that learn together.

use crate::data::preset::Preset;
use js_sys::{Float32Array, Uint8Array, Uint32Array};
use serde::{Deserialize, Serialize};
use tsify::Tsify;

/// Pictures at the size of a preset, with their classes where they are known.
#[derive(Serialize, Deserialize, Tsify)]
pub struct Lessons {
    pub preset: Preset,
    #[tsify(type = "Uint8Array")]
    #[serde(with = "serde_wasm_bindgen::preserve")]
    pub levels: Uint8Array,
    #[tsify(type = "Uint32Array")]
    #[serde(with = "serde_wasm_bindgen::preserve")]
    pub labels: Uint32Array,
}

/// What a worker's part of a batch says of the weights.
#[derive(Serialize, Deserialize, Tsify)]
pub struct Share {
    #[tsify(type = "Float32Array")]
    #[serde(with = "serde_wasm_bindgen::preserve")]
    pub numbers: Float32Array,
    pub loss: f64,
    #[tsify(optional)]
    pub hits: Option<usize>,
    pub samples: usize,
}
