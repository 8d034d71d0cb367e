//! What crosses the boundary on the way to and from recovery. Fields mean what the core's reports say they mean.

use crate::error::Error;
use crate::onnx::write;
use crate::recover::{self, Curves, Probed, Quality, Rebuilt, Stage};
use crate::report::{Totals, account};
use js_sys::Uint8Array;
use serde::Serialize;
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
    pub original: Quality,
    pub pruned: Quality,
    /// Milliseconds that the original takes for one picture, median.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub milliseconds: Option<f64>,
}

/// A recovered model.
#[derive(Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct Recovered {
    pub totals: Totals,
    /// Milliseconds for one picture, median.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub milliseconds: Option<f64>,
    /// The ONNX file.
    #[tsify(type = "Uint8Array")]
    #[serde(with = "serde_wasm_bindgen::preserve")]
    pub bytes: Uint8Array,
    /// What reconstruction did, layer by layer.
    pub layers: Vec<Rebuilt>,
    /// After which piece of work the model was so, and how good it was, where the last one was judged.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kept: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quality: Option<Quality>,
}

impl Recovered {
    /// The same with its file; its time is not known.
    pub fn of(recovered: &recover::Recovered) -> Result<Self, Error> {
        let bytes = write(&recovered.graph)?;
        let (kept, quality) = recovered.found.unzip();
        Ok(Recovered {
            totals: account(&recovered.graph, bytes.len() as u64).totals,
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
    pub stage: Stage,
    pub is_over: bool,
    /// The score that must not be fallen below, 0 to 1.
    pub least: f64,
    /// The file of a model that was just judged, on whichever side of the line; else empty.
    #[tsify(type = "Uint8Array")]
    #[serde(with = "serde_wasm_bindgen::preserve")]
    pub bytes: Uint8Array,
    /// What the search needs to go on from here with the best file so far, where a round is over; a JSON document.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
}

/// Probes of a model's layers that can be done now.
#[derive(Serialize, Tsify)]
#[tsify(hashmap_as_object)]
#[serde(rename_all = "camelCase")]
pub struct Probing {
    pub probes: usize,
    /// Those that are not done yet.
    pub left: Vec<usize>,
    /// A curve for each layer, with the points that were known.
    pub curves: Curves,
}

/// What one probe gave, and the curve that it belongs to.
#[derive(Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct Probe {
    pub curve: usize,
    pub probed: Probed,
}
