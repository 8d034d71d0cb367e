//! The messages between workers that learn together.

use crate::data::preset::Preset;
use crate::learn;
use crate::recover::Plan;
use js_sys::{Float32Array, Uint8Array, Uint32Array};
use serde::{Deserialize, Serialize};
use tsify::Tsify;

/// Pictures at the size of a preset, with their classes where they are known, and how they are learned from.
#[derive(Serialize, Deserialize, Tsify)]
pub struct Lessons {
    pub preset: Preset,
    #[tsify(type = "Uint8Array")]
    #[serde(with = "serde_wasm_bindgen::preserve")]
    pub levels: Uint8Array,
    #[tsify(type = "Uint32Array")]
    #[serde(with = "serde_wasm_bindgen::preserve")]
    pub labels: Uint32Array,
    pub plan: Plan,
}

/// What a worker's part of a batch says of the weights.
#[derive(Serialize, Deserialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct Share {
    #[tsify(type = "Float32Array")]
    #[serde(with = "serde_wasm_bindgen::preserve")]
    pub numbers: Float32Array,
    pub loss: f64,
    pub normalised_loss: f64,
    #[tsify(optional)]
    pub hits: Option<usize>,
    pub samples: usize,
    pub progress: f64,
}

impl Share {
    pub fn of(share: &learn::Share) -> Self {
        Share {
            numbers: Float32Array::from(&share.numbers[..]),
            loss: share.loss,
            normalised_loss: share.normalised_loss,
            hits: share.hits,
            samples: share.samples,
            progress: share.progress,
        }
    }
}

impl From<Share> for learn::Share {
    fn from(share: Share) -> Self {
        learn::Share {
            numbers: share.numbers.to_vec(),
            loss: share.loss,
            normalised_loss: share.normalised_loss,
            hits: share.hits,
            samples: share.samples,
            progress: share.progress,
        }
    }
}
