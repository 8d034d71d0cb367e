//! The original and the pruned model side by side.

use crate::eval::{Comparison, Timing};
use js_sys::Float32Array;
use serde::{Deserialize, Serialize};
use tsify::Tsify;

/// Which of the two models a call means.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Tsify)]
#[serde(rename_all = "lowercase")]
pub enum Which {
    Original,
    Pruned,
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

#[derive(Serialize, Deserialize, Tsify)]
pub struct ComparisonList(pub Vec<Comparison>);

#[derive(Serialize, Deserialize, Tsify)]
pub struct TimingList(pub Vec<Timing>);
