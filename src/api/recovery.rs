//! Recoveries and searches to the line: how they begin, go and end. Fields mean what the core's reports say they mean.

use crate::cost::{Retained, Totals, model_cost};
use crate::error::Error;
use crate::eval::Metrics;
use crate::message::Message;
use crate::onnx::write;
use crate::recipe::Recipe;
use crate::recover::{self, ReconstructedLayer};
use crate::search::SearchEvent;
use js_sys::Uint8Array;
use serde::{Deserialize, Serialize};
use tsify::Tsify;

/// A recovery, a search or a sweep that has begun: on how many pictures, and how good both models are on those to choose by.
#[derive(Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct Beginning {
    pub lessons: usize,
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
    /// After which piece of work the model was so, and how good it was, where the last one was judged.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kept: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quality: Option<Metrics>,
}

impl Recovered {
    /// The same with its file, beside what the original costs; its time is not known.
    pub fn of(recovered: &recover::Recovered, before: &Totals) -> Result<Self, Error> {
        let bytes = write(&recovered.graph)?;
        let (kept, quality) = recovered.found.unzip();
        let totals = model_cost(&recovered.graph, bytes.len() as u64).totals;
        Ok(Recovered {
            totals,
            left: Retained::new(before, &totals),
            milliseconds: None,
            bytes: Uint8Array::from(&bytes[..]),
            layers: recovered.layers.clone(),
            kept,
            quality,
        })
    }
}

/// A piece of a search to the line.
#[derive(Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct Round {
    pub stage: SearchEvent,
    pub is_over: bool,
    /// The score that must not be fallen below, 0 to 1.
    pub least: f64,
    /// The file of a model that was just judged, on whichever side of the line; else empty.
    #[tsify(type = "Uint8Array")]
    #[serde(with = "serde_wasm_bindgen::preserve")]
    pub bytes: Uint8Array,
    /// What that model is, beside the original.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub made: Option<Made>,
    /// What the search needs to go on from here with the best file so far, where a round is over; a JSON document.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
}

/// A model that a search made.
#[derive(Serialize, Tsify)]
#[tsify(hashmap_as_object)]
pub struct Made {
    /// What cuts as far in one go.
    pub recipe: Recipe,
    pub left: Retained,
}

#[derive(Serialize, Deserialize, Tsify)]
pub struct MetricsList(pub Vec<Metrics>);
