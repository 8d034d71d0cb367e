//! The check of a cut that our engine can't run: what another engine is to run, and what its answers say.

use super::cutter::Cutter;
use super::errors::{JsResult, mismatch, unfit};
use super::message;
use crate::api::cut::{CheckResult, ExternalRun, ExternallyChecked, ModelInput, ModelOutputs};
use crate::error::Error;
use crate::prune::check::numbers;
use crate::tensor::Tensor;
use js_sys::{Float32Array, Uint8Array};
use tsify::Ts;
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
impl Cutter {
    /// What another engine is to run, to check the cut that was packed last.
    #[wasm_bindgen(js_name = externalRun)]
    pub fn external_run(&self) -> JsResult<Ts<ExternalRun>> {
        let unchecked = self.unchecked.as_ref().ok_or_else(nothing_to_check)?;
        let session = self.session()?;
        let masked = session.masked_file(&unchecked.external)?;
        let graph = session.graph();
        let inputs = graph.inputs.iter().zip(&unchecked.external.inputs);
        let inputs = inputs.map(|(&id, tensor)| ModelInput {
            name: graph.value(id).name.clone(),
            dtype: graph
                .value(id)
                .ty
                .as_ref()
                .map_or(tensor.dtype(), |ty| ty.dtype)
                .name()
                .into(),
            shape: tensor.shape().to_vec(),
            values: Float32Array::from(&numbers(tensor)[..]),
        });
        message(ExternalRun {
            masked: Uint8Array::from(&masked[..]),
            inputs: inputs.collect(),
        })
    }

    /// Compares what the masked model and the cut's file gave there.
    #[wasm_bindgen(js_name = checkExternally)]
    pub fn check_externally(
        &mut self,
        masked: Ts<ModelOutputs>,
        packed: Ts<ModelOutputs>,
    ) -> JsResult<Ts<ExternallyChecked>> {
        let (masked, packed) = (tensors(&masked)?, tensors(&packed)?);
        let unchecked = self.unchecked.as_ref().ok_or_else(nothing_to_check)?;
        let check = unchecked.external.compare(&masked, &packed)?;
        let mut report = unchecked.report.clone();
        report.take_check(check, message!("part-ort-web"));
        message(ExternallyChecked {
            check: CheckResult::new(
                check,
                message!("part-checked-in-ort-web", on = unchecked.on),
            ),
            report: serde_json::to_string_pretty(&report).map_err(mismatch)?,
            warnings: report.warnings,
        })
    }
}

fn tensors(outputs: &Ts<ModelOutputs>) -> JsResult<Vec<Tensor>> {
    let ModelOutputs(outputs) = outputs.to_rust().map_err(mismatch)?;
    let tensors = outputs.into_iter().map(|output| {
        let values = output.values.to_vec();
        match output.shape.iter().product::<usize>() == values.len() {
            true => Ok(Tensor::from_f32(&output.shape, values)),
            false => Err(unfit(message!("reason-output-length"))),
        }
    });
    tensors.collect()
}

fn nothing_to_check() -> Error {
    Error::BadInput(message!("error-no-cut-to-check"))
}
