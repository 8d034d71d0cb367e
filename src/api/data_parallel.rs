//! The messages between workers that learn together.

use crate::data::preset::Preset;
use crate::data::{Pictures, Stack};
use crate::error::Result;
use crate::recover::Plan;
use crate::task;
use js_sys::{Float32Array, Uint8Array, Uint32Array};
use serde::{Deserialize, Serialize};
use std::slice;
use tsify::Tsify;

/// Pictures at the size of a preset, with their classes where they are known, and how they are learned from.
#[derive(Serialize, Deserialize, Tsify)]
pub struct TrainingData {
    pub preset: Preset,
    #[tsify(type = "Uint8Array")]
    #[serde(with = "serde_wasm_bindgen::preserve")]
    pub levels: Uint8Array,
    #[tsify(type = "Uint32Array")]
    #[serde(with = "serde_wasm_bindgen::preserve")]
    pub labels: Uint32Array,
    pub plan: Plan,
}

/// Pictures are copied one by one: in a worker's memory no two copies of all of them are to stand side by side.
impl TrainingData {
    /// What a replica learns from, and how, to be sent to its worker.
    pub fn of(pictures: &Pictures, plan: Plan) -> Self {
        let preset = pictures.preset().clone();
        let size = size(&preset);
        let levels = Uint8Array::new_with_length(pictures.len() as u32 * size);
        for index in 0..pictures.len() {
            let start = index as u32 * size;
            levels
                .subarray(start, start + size)
                .copy_from(pictures.levels_of(index));
        }
        TrainingData {
            preset,
            levels,
            labels: Uint32Array::from(pictures.labels().unwrap_or_default()),
            plan,
        }
    }

    /// The pictures again, in a replica's own memory. Errors: a preset that contradicts itself.
    pub fn pictures(&self) -> Result<Pictures> {
        let [width, height] = self.preset.size;
        let size = size(&self.preset);
        let labels = self.labels.to_vec();
        let mut pictures = Pictures::new(&self.preset)?;
        for index in 0..self.levels.length() / size {
            let start = index * size;
            let stack = Stack {
                levels: &self.levels.subarray(start, start + size).to_vec(),
                width,
                height,
                channels: 3,
            };
            pictures.add_stack(stack, labels.get(index as usize).map(slice::from_ref))?;
        }
        Ok(pictures)
    }
}

/// Bytes of one picture.
fn size(preset: &Preset) -> u32 {
    preset.size[0] * preset.size[1] * 3
}

/// What a worker's part of a batch says of the weights.
#[derive(Serialize, Deserialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct Gradients {
    #[tsify(type = "Float32Array")]
    #[serde(with = "serde_wasm_bindgen::preserve")]
    pub numbers: Float32Array,
    pub loss: f64,
    pub normalized_loss: f64,
    #[tsify(optional)]
    pub hits: Option<usize>,
    pub samples: usize,
    pub progress: f64,
    #[serde(default)]
    pub rate: f32,
}

impl Gradients {
    /// Gradients as they are sent from worker to worker.
    pub fn of(share: &task::Gradients) -> Self {
        Gradients {
            numbers: Float32Array::from(&share.numbers[..]),
            loss: share.loss,
            normalized_loss: share.normalized_loss,
            hits: share.hits,
            samples: share.samples,
            progress: share.progress,
            rate: share.rate,
        }
    }
}

impl From<Gradients> for task::Gradients {
    fn from(share: Gradients) -> Self {
        task::Gradients {
            numbers: share.numbers.to_vec(),
            loss: share.loss,
            normalized_loss: share.normalized_loss,
            hits: share.hits,
            samples: share.samples,
            progress: share.progress,
            rate: share.rate,
        }
    }
}
