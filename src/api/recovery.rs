//! Recoveries and searches to the line: what they begin with, and the models that come out. Fields mean what the core's reports say they
//! mean.

use crate::cost::{Retained, Totals, model_cost};
use crate::error::Error;
use crate::eval::Metrics;
use crate::graph::Graph;
use crate::message::Message;
use crate::onnx::write;
use crate::recipe::Recipe;
use crate::recover::{self, ReconstructedLayer};
use crate::search::{self, Candidate};
use js_sys::Uint8Array;
use serde::{Deserialize, Serialize};
use tsify::Tsify;

/// A recovery, a search or a sweep that has begun: on how many pictures, and how good both models are on those to choose by.
#[derive(Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct Beginning {
    pub trained_on: usize,
    pub judged: usize,
    /// Pictures for the last word; none where there are too few.
    pub test: usize,
    /// [`crate::data::Pictures::fingerprint`] of the pictures to choose by, in hexadecimal.
    pub fingerprint: String,
    pub original: Metrics,
    pub pruned: Metrics,
    /// Milliseconds that the original takes for one picture, median.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub milliseconds: Option<f64>,
    /// What of the original's inner values a recovery can't match, in words, where there are such.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unmatched: Option<Message>,
}

/// A recovered model.
#[derive(Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct Recovered {
    pub totals: Totals,
    /// Of the original, whose pruning it comes of.
    pub left: Retained,
    /// Milliseconds for one picture, median.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub milliseconds: Option<f64>,
    /// The ONNX file.
    #[tsify(type = "Uint8Array")]
    #[serde(with = "serde_wasm_bindgen::preserve")]
    pub bytes: Uint8Array,
    /// What reconstruction did, layer by layer.
    pub layers: Vec<ReconstructedLayer>,
    /// After which piece of work the model was so, where it is the best of those that were judged.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kept: Option<usize>,
    /// Pieces of work done in all.
    pub done: usize,
    /// On the pictures that it was chosen by: on those that were shown, where judging was ended early.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quality: Option<Metrics>,
}

impl Recovered {
    /// The same with its file, beside what the original costs; its time is not known.
    pub fn of(recovered: &recover::Recovered, before: &Totals) -> Result<Self, Error> {
        let (bytes, totals, left) = written(&recovered.graph, before)?;
        Ok(Recovered {
            totals,
            left,
            milliseconds: None,
            bytes,
            layers: recovered.layers.clone(),
            kept: recovered.kept,
            done: recovered.done,
            quality: recovered.quality,
        })
    }
}

/// A model's ONNX file, what it costs, and what it has left of an original that costs `before`.
pub(super) fn written(
    graph: &Graph,
    before: &Totals,
) -> Result<(Uint8Array, Totals, Retained), Error> {
    let bytes = write(graph)?;
    let totals = model_cost(graph, bytes.len() as u64).totals;
    let left = Retained::new(before, &totals);
    Ok((Uint8Array::from(&bytes[..]), totals, left))
}

/// An ONNX file.
#[derive(Serialize, Tsify)]
pub struct CutFile {
    #[tsify(type = "Uint8Array")]
    #[serde(with = "serde_wasm_bindgen::preserve")]
    pub bytes: Uint8Array,
}

impl CutFile {
    /// The bytes of an ONNX file, copied for the page.
    pub fn of(bytes: &[u8]) -> Self {
        CutFile {
            bytes: Uint8Array::from(bytes),
        }
    }
}

/// A model that a search tried.
#[derive(Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct CandidateModel {
    pub candidate: Candidate,
    /// The ONNX file.
    #[tsify(type = "Uint8Array")]
    #[serde(with = "serde_wasm_bindgen::preserve")]
    pub bytes: Uint8Array,
    /// What cuts as far in one go.
    pub recipe: Recipe,
    /// Of the original.
    pub left: Retained,
    /// The score that must not be fallen below, 0 to 1.
    pub least: f64,
}

impl From<search::CandidateModel> for CandidateModel {
    fn from(model: search::CandidateModel) -> Self {
        CandidateModel {
            bytes: Uint8Array::from(&model.file[..]),
            candidate: model.candidate,
            recipe: model.recipe,
            left: model.retained,
            least: model.least,
        }
    }
}

/// Where a search stands after a round.
#[derive(Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct SearchState {
    /// What it needs to be resumed from here beside the best file so far, as JSON.
    pub state: String,
    /// Whether nothing is left to try.
    pub is_over: bool,
}

#[derive(Serialize, Deserialize, Tsify)]
pub struct MetricsList(pub Vec<Metrics>);
