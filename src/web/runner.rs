//! The worker that runs exported models on photos and measures them.

use super::errors::{JsResult, mismatch, unfit};
use super::{message, now};
use crate::api::comparison::{ComparisonList, Prediction, TimingList, Which};
use crate::api::model::Sizes;
use crate::api::pictures::Pixels;
use crate::data::image::to_tensor;
use crate::data::preset::Preset;
use crate::engine::{Executor, Options};
use crate::error::Error;
use crate::eval::{
    Comparison, Difference, Summary, Timing, compare, difference, logits, summarize,
};
use crate::onnx::{OpenOptions, open};
use crate::tensor::Tensor;
use js_sys::Float32Array;
use std::collections::BTreeMap;
use tsify::Ts;
use wasm_bindgen::prelude::*;

/// How many of the most probable classes are shown.
const SHOWN: usize = 5;
/// Runs that count for nothing: the browser compiles the code while they run.
const WARM_UP: usize = 2;

/// Runs models.
#[wasm_bindgen]
#[derive(Default)]
pub struct Runner {
    models: BTreeMap<Which, Executor>,
}

#[wasm_bindgen]
impl Runner {
    /// A runner without models.
    #[wasm_bindgen(constructor)]
    pub fn new() -> Runner {
        Runner::default()
    }

    /// Loads ONNX bytes in place of the model that this one means. `sizes`: numbers for dynamic axes beside the batch.
    pub fn load(&mut self, which: Ts<Which>, bytes: Vec<u8>, sizes: Ts<Sizes>) -> JsResult<()> {
        let which = which.to_rust().map_err(mismatch)?;
        let Sizes(dims) = sizes.to_rust().map_err(mismatch)?;
        // The old plan goes first, so that both need not fit at once.
        self.models.remove(&which);
        let graph = open(bytes.into(), &OpenOptions { dims })?.graph;
        let executor = Executor::new(&graph, &Options::default())?;
        self.models.insert(which, executor);
        Ok(())
    }

    /// The model's input for a photo.
    pub fn prepare(&self, photo: Ts<Pixels>, preset: Ts<Preset>) -> JsResult<Float32Array> {
        let photo = photo.to_rust().map_err(mismatch)?;
        let preset = preset.to_rust().map_err(mismatch)?;
        let tensor = to_tensor(&photo.data.to_vec(), photo.width, photo.height, &preset)?;
        let elements = tensor
            .floats()
            .ok_or_else(|| unfit(message!("reason-photo-no-floats")))?;
        Ok(Float32Array::from(&elements[..]))
    }

    /// Runs a loaded model once on a photo's numbers (NCHW). Errors: no such model, or a count that is not its input's.
    pub fn run(&mut self, which: Ts<Which>, input: &[f32]) -> JsResult<Ts<Prediction>> {
        let (output, milliseconds) = self.timed(which.to_rust().map_err(mismatch)?, input)?;
        message(Prediction {
            output: Float32Array::from(&output[..]),
            milliseconds,
        })
    }

    /// Times repeated runs, after some that warm up.
    pub fn measure(
        &mut self,
        which: Ts<Which>,
        input: &[f32],
        runs: usize,
    ) -> JsResult<Ts<Timing>> {
        let which = which.to_rust().map_err(mismatch)?;
        let mut times = Vec::with_capacity(runs);
        for run in 0..WARM_UP + runs.max(1) {
            let (_, milliseconds) = self.timed(which, input)?;
            if run >= WARM_UP {
                times.push(milliseconds);
            }
        }
        super::timing(&times)
    }

    /// Two models' answers on one photo; `probabilities` as the model's summary says of them.
    pub fn compare(
        &self,
        original: Vec<f32>,
        pruned: Vec<f32>,
        probabilities: bool,
        preset: Ts<Preset>,
    ) -> JsResult<Ts<Comparison>> {
        let (original, pruned) = (
            logits(original, probabilities),
            logits(pruned, probabilities),
        );
        let preset = preset.to_rust().map_err(mismatch)?;
        let label = |index| preset.label(index, original.len());
        let comparison = compare(&original, &pruned, SHOWN, label)
            .ok_or_else(|| Error::BadInput(message!("error-other-classes")))?;
        message(comparison)
    }

    /// All photos together.
    pub fn summarize(
        &self,
        comparisons: Ts<ComparisonList>,
        original: Ts<TimingList>,
        pruned: Ts<TimingList>,
    ) -> JsResult<Ts<Summary>> {
        let ComparisonList(comparisons) = comparisons.to_rust().map_err(mismatch)?;
        let TimingList(original) = original.to_rust().map_err(mismatch)?;
        let TimingList(pruned) = pruned.to_rust().map_err(mismatch)?;
        let summary = summarize(&comparisons, &original, &pruned)
            .ok_or_else(|| Error::BadInput(message!("error-no-photos-to-compare")))?;
        message(summary)
    }

    /// How far two outputs of one shape lie apart.
    pub fn difference(&self, ours: &[f32], theirs: &[f32]) -> JsResult<Ts<Difference>> {
        let difference = difference(ours, theirs)
            .ok_or_else(|| Error::BadInput(message!("error-output-lengths")))?;
        message(difference)
    }

    fn timed(&mut self, which: Which, input: &[f32]) -> Result<(Vec<f32>, f64), Error> {
        let executor = self
            .models
            .get_mut(&which)
            .ok_or_else(|| Error::BadInput(message!("error-not-loaded")))?;
        let shape = executor
            .inputs()
            .next()
            .map(|(_, _, shape)| shape.to_vec())
            .unwrap_or_default();
        if shape.iter().product::<usize>() != input.len() {
            return Err(Error::BadInput(message!(
                "error-photo-unfit",
                expected = shape.iter().product::<usize>(),
                shape = format!("{shape:?}"),
                given = input.len()
            )));
        }
        let tensor = [Tensor::from_f32(&shape, input.to_vec())];
        let start = now();
        let outputs = executor.run(&tensor)?;
        let milliseconds = now() - start;
        let output = outputs.first().and_then(Tensor::floats);
        match output {
            Some(output) => Ok((output.into_owned(), milliseconds)),
            None => Err(Error::BadInput(message!("error-output-no-floats"))),
        }
    }
}
