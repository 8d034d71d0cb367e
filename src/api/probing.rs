//! Cuts that are measured and not kept.

use super::criteria::Scores;
use crate::eval::Metrics;
use crate::search::{self, Curves, SensitivityPoint};
use js_sys::Float32Array;
use serde::{Deserialize, Serialize};
use tsify::Tsify;

/// Probes of a model's layers that can be done now.
#[derive(Serialize, Tsify)]
#[tsify(hashmap_as_object)]
#[serde(rename_all = "camelCase")]
pub struct Probing {
    pub probes: usize,
    /// The shares that are removed of each layer.
    pub levels: Vec<f64>,
    /// Those that are not done yet.
    pub left: Vec<usize>,
    /// A curve for each layer, with the points that were known.
    pub curves: Curves,
}

/// What one probe gave, and the curve that it belongs to.
#[derive(Serialize, Deserialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct Probe {
    pub curve: usize,
    pub probed: SensitivityPoint,
}

/// What pictures told of an original, for workers that prepare the same of it.
#[derive(Serialize, Deserialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct Found {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scores: Option<Scores>,
    /// What the original says of the pictures to measure on: so many numbers for each, picture after picture.
    #[tsify(type = "Float32Array")]
    #[serde(with = "serde_wasm_bindgen::preserve")]
    pub said: Float32Array,
    pub classes: usize,
    /// How good the original is with its statistics measured anew, where that was to be found out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recalibrated: Option<Metrics>,
}

impl From<&search::Findings> for Found {
    fn from(found: &search::Findings) -> Self {
        let logits = &found.reference;
        Found {
            scores: found.scores.clone().map(Scores::from),
            said: Float32Array::from(&logits.concat()[..]),
            classes: logits.first().map_or(0, Vec::len),
            recalibrated: found.recalibrated,
        }
    }
}

impl From<Found> for search::Findings {
    fn from(found: Found) -> Self {
        let logits = found.said.to_vec();
        search::Findings {
            scores: found.scores.map(Into::into),
            reference: logits.chunks(found.classes.max(1)).map(Vec::from).collect(),
            recalibrated: found.recalibrated,
        }
    }
}
