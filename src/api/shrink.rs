//! Everything chosen automatically: what was tried, and the model that comes out. Fields mean what the core's events say they mean.

use super::recovery::written;
use crate::cost::{Retained, Totals};
use crate::error::Error;
use crate::eval::Metrics;
use crate::message::Message;
use crate::search::{self, Attempted, ShrinkStep, Tried};
use js_sys::Uint8Array;
use serde::Serialize;
use tsify::Tsify;

/// A strategy that can't cut the model so far.
#[derive(Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct ImpossibleStrategy {
    pub name: Message,
    pub reason: Message,
}

/// A strategy that is being tried.
#[derive(Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct TryingStrategy {
    pub name: Message,
    pub attempted: Attempted,
}

/// A strategy that was tried.
#[derive(Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct TriedStrategy {
    pub name: Message,
    pub tried: Tried,
}

/// The model that comes out.
#[derive(Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct Shrunk {
    pub totals: Totals,
    /// Of the original.
    pub left: Retained,
    /// Milliseconds for one picture, median.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub milliseconds: Option<f64>,
    /// The ONNX file.
    #[tsify(type = "Uint8Array")]
    #[serde(with = "serde_wasm_bindgen::preserve")]
    pub bytes: Uint8Array,
    /// What made it of the original, and what would by hand; nothing where no cut is within the accepted loss.
    pub steps: Vec<ShrinkStep>,
    /// Which of those that were tried was taken, from 0 on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub taken: Option<usize>,
    /// The original on the pictures that models were chosen by; the cut that was taken, as it was cut; and what comes out.
    pub original: Metrics,
    pub cut: Metrics,
    pub quality: Metrics,
}

impl Shrunk {
    /// The same with its file, beside what the original costs; its time is not known.
    pub fn of(shrunk: &search::Shrunk, before: &Totals) -> Result<Self, Error> {
        let (bytes, totals, left) = written(&shrunk.graph, before)?;
        let taken = shrunk.taken.map(|place| &shrunk.tried[place]);
        Ok(Shrunk {
            totals,
            left,
            milliseconds: None,
            bytes,
            steps: shrunk.steps.clone(),
            taken: shrunk.taken,
            original: shrunk.original,
            cut: taken.map_or(shrunk.original, |tried| tried.cut),
            quality: shrunk.judged,
        })
    }
}
