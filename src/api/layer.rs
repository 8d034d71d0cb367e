//! One layer from near: its weights, their histogram, its channels' scores.

use crate::message::Message;
use js_sys::{Float32Array, Uint32Array};
use serde::{Deserialize, Serialize};
use tsify::Tsify;

/// A window of a layer's weights, as a matrix of output channels × everything else.
#[derive(Deserialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct HeatmapRequest {
    pub layer: usize,
    /// At most this many cells are wanted.
    pub rows: usize,
    pub cols: usize,
    /// The window, in weights.
    pub x: usize,
    pub y: usize,
    pub width: usize,
    pub height: usize,
}

#[derive(Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct Heatmap {
    pub matrix_rows: usize,
    pub matrix_cols: usize,
    /// The window really shown: whole cells.
    pub x: usize,
    pub y: usize,
    pub width: usize,
    pub height: usize,
    pub rows: usize,
    pub cols: usize,
    pub weights_per_cell: usize,
    /// Mean of each cell's weights, row by row.
    #[tsify(type = "Float32Array")]
    #[serde(with = "serde_wasm_bindgen::preserve")]
    pub values: Float32Array,
    /// Largest magnitude in each cell.
    #[tsify(type = "Float32Array")]
    #[serde(with = "serde_wasm_bindgen::preserve")]
    pub magnitudes: Float32Array,
    /// Share of each cell's weights that the mask keeps.
    #[tsify(type = "Float32Array")]
    #[serde(with = "serde_wasm_bindgen::preserve")]
    pub kept: Float32Array,
    /// Largest magnitude of the whole layer: the end of the color scale.
    pub largest: f32,
}

/// Saliency from high to low; the first `kept_count` survive.
#[derive(Serialize, Tsify)]
#[tsify(missing_as_null)]
#[serde(rename_all = "camelCase")]
pub struct ScoreBars {
    #[tsify(type = "Float32Array")]
    #[serde(with = "serde_wasm_bindgen::preserve")]
    pub scores: Float32Array,
    /// Which unit (channel) each score belongs to.
    #[tsify(type = "Uint32Array")]
    #[serde(with = "serde_wasm_bindgen::preserve")]
    pub units: Uint32Array,
    pub kept_count: usize,
    pub threshold: Option<f32>,
    pub label: Message,
}

#[derive(Serialize, Tsify)]
#[tsify(missing_as_null)]
#[serde(rename_all = "camelCase")]
pub struct Histogram {
    /// Borders of the bins: one more than there are bins.
    #[tsify(type = "Float32Array")]
    #[serde(with = "serde_wasm_bindgen::preserve")]
    pub edges: Float32Array,
    #[tsify(type = "Uint32Array")]
    #[serde(with = "serde_wasm_bindgen::preserve")]
    pub all: Uint32Array,
    #[tsify(type = "Uint32Array")]
    #[serde(with = "serde_wasm_bindgen::preserve")]
    pub removed: Uint32Array,
    pub threshold: Option<f32>,
    pub label: Message,
}
