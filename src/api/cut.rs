//! A cut: counted, re-packed and checked.

use crate::cost::Totals;
use crate::message::Message;
use crate::prune::check::RepackCheck;
use crate::prune::repack::Note;
use crate::prune::session::{LayerCut, Preview};
use js_sys::{Float32Array, Uint8Array};
use serde::{Deserialize, Serialize};
use tsify::Tsify;

/// A cut, counted, and what that took.
#[derive(Serialize, Tsify)]
#[tsify(missing_as_null, hashmap_as_object)]
pub struct TimedPreview {
    #[serde(flatten)]
    pub preview: Preview,
    pub milliseconds: f64,
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
    pub check_skipped: Option<Message>,
    /// Whether another engine may be able to check it.
    pub needs_external_check: bool,
    pub folded: Vec<Note>,
    pub zeroed: Vec<Note>,
    pub warnings: Vec<Message>,
    /// The ONNX file.
    #[tsify(type = "Uint8Array<ArrayBuffer>")]
    #[serde(with = "serde_wasm_bindgen::preserve")]
    pub bytes: Uint8Array,
    /// The report and the recipe as JSON documents.
    pub report: String,
    pub recipe: String,
    pub milliseconds: f64,
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
    pub checked_on: Message,
}

impl CheckResult {
    /// `on`: what the check was made on.
    pub fn new(check: RepackCheck, on: Message) -> Self {
        CheckResult {
            agrees: check.agrees,
            max_absolute: check.max_abs,
            max_relative: check.max_rel,
            tolerance: check.tolerance,
            checked_on: on,
        }
    }
}

/// What another engine is to run, for a check of a cut that ours can't run: this file and the cut's own, on these inputs.
#[derive(Serialize, Tsify)]
pub struct ExternalRun {
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
pub struct ExternallyChecked {
    pub check: CheckResult,
    pub warnings: Vec<Message>,
    pub report: String,
}
