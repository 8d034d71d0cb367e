//! The messages that cross the boundary, with their TypeScript types. Fields mean what the core's reports say they mean.

use crate::cost::Totals;
use crate::data::preset::Preset;
use crate::eval::Metrics;
use crate::eval::{Comparison, Timing};
use crate::prune::check::RepackCheck;
use crate::prune::model_info::ModelInfo;
use crate::prune::repack::Note;
use crate::prune::session::{LayerCut, Preview};
use js_sys::{Float32Array, Uint8Array, Uint32Array};
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
    /// Bytes of a pixel: 1 is grey, 3 are red, green and blue.
    pub channels: usize,
    /// The class of each picture; empty where they are not known.
    #[tsify(type = "Uint8Array")]
    #[serde(with = "serde_wasm_bindgen::preserve")]
    pub labels: Uint8Array,
}

/// Numbers for dynamic axes, by the axis's name.
#[derive(Deserialize, Tsify)]
#[serde(transparent)]
pub struct Sizes(
    #[tsify(type = "Record<string, number>")] pub std::collections::BTreeMap<String, usize>,
);

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
    /// Largest magnitude of the whole layer: the end of the colour scale.
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
    pub label: String,
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
    pub label: String,
}

#[derive(Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct Prediction {
    /// The model's first output: logits, or probabilities.
    #[tsify(type = "Float32Array")]
    #[serde(with = "serde_wasm_bindgen::preserve")]
    pub output: Float32Array,
    pub milliseconds: f64,
}

/// Which of the two models a call means.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Tsify)]
#[serde(rename_all = "lowercase")]
pub enum Which {
    Original,
    Pruned,
}

#[derive(Serialize, Deserialize, Tsify)]
pub struct ComparisonList(pub Vec<Comparison>);

#[derive(Serialize, Deserialize, Tsify)]
pub struct MetricsList(pub Vec<Metrics>);

#[derive(Serialize, Deserialize, Tsify)]
pub struct TimingList(pub Vec<Timing>);

/// What is known of an opened model.
#[derive(Serialize, Tsify)]
#[tsify(missing_as_null, hashmap_as_object)]
#[serde(rename_all = "camelCase")]
pub struct ModelSummary {
    #[serde(flatten)]
    pub model_info: ModelInfo,
    /// How many classes it tells apart, where that is known.
    pub classes: Option<usize>,
    /// Guessed from the shapes, and what was guessed.
    pub preset: Preset,
    pub preset_notes: Vec<String>,
}

/// The masked dense model against the re-packed one.
#[derive(Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct CheckResult {
    pub agrees: bool,
    pub max_absolute: f32,
    pub max_relative: f32,
    /// How large either may be for the models to agree.
    pub tolerance: f32,
    pub checked_on: String,
}

impl CheckResult {
    /// `on`: what the check was made on, in words.
    pub fn new(check: RepackCheck, on: &str) -> Self {
        CheckResult {
            agrees: check.agrees,
            max_absolute: check.max_abs,
            max_relative: check.max_rel,
            tolerance: check.tolerance,
            checked_on: on.into(),
        }
    }
}

/// What another engine is to run, for a check of a cut that ours can't run: this file and the cut's own, on these inputs.
#[derive(Serialize, Tsify)]
pub struct Elsewhere {
    /// The masked dense model as an ONNX file.
    #[tsify(type = "Uint8Array<ArrayBuffer>")]
    #[serde(with = "serde_wasm_bindgen::preserve")]
    pub masked: Uint8Array,
    pub inputs: Vec<ModelInput>,
}

/// What a model is run on.
#[derive(Serialize, Tsify)]
pub struct ModelInput {
    pub name: String,
    /// The type of its elements, as ONNX calls it.
    pub dtype: String,
    pub shape: Vec<usize>,
    /// Its elements, whatever their type.
    #[tsify(type = "Float32Array")]
    #[serde(with = "serde_wasm_bindgen::preserve")]
    pub values: Float32Array,
}

/// What a model gave.
#[derive(Deserialize, Tsify)]
pub struct ModelOutput {
    pub shape: Vec<usize>,
    #[tsify(type = "Float32Array")]
    #[serde(with = "serde_wasm_bindgen::preserve")]
    pub values: Float32Array,
}

/// All that a model gave, in the model's order.
#[derive(Deserialize, Tsify)]
pub struct ModelOutputs(pub Vec<ModelOutput>);

/// A check that another engine made possible: what it adds to the finished cut.
#[derive(Serialize, Tsify)]
pub struct CheckedElsewhere {
    pub check: CheckResult,
    pub warnings: Vec<String>,
    pub report: String,
}

/// A finished cut.
#[derive(Serialize, Tsify)]
#[tsify(missing_as_null)]
#[serde(rename_all = "camelCase")]
pub struct PackResult {
    pub before: Totals,
    pub after: Totals,
    pub layers: Vec<LayerCut>,
    pub check: Option<CheckResult>,
    pub check_skipped: Option<String>,
    /// Whether another engine may be able to check it.
    pub check_elsewhere: bool,
    pub folded: Vec<Note>,
    pub zeroed: Vec<Note>,
    pub warnings: Vec<String>,
    /// The ONNX file.
    #[tsify(type = "Uint8Array<ArrayBuffer>")]
    #[serde(with = "serde_wasm_bindgen::preserve")]
    pub bytes: Uint8Array,
    /// The report and the recipe as JSON documents.
    pub report: String,
    pub recipe: String,
    pub milliseconds: f64,
}

/// A cut, counted, and what that took.
#[derive(Serialize, Tsify)]
#[tsify(missing_as_null, hashmap_as_object)]
pub struct TimedPreview {
    #[serde(flatten)]
    pub preview: Preview,
    pub milliseconds: f64,
}
