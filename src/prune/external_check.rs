//! The check of a re-pack where our engine can't run the model: another engine runs the masked dense model and the
//! re-packed one, and what both answer is compared here.

use super::check::{self, RepackCheck};
use super::session::{Choice, Session};
use crate::error::Result;
use crate::onnx;
use crate::tensor::Tensor;

/// A cut that is still to be checked, by an engine that can run it.
#[derive(Debug, Clone)]
pub struct ExternalCheck {
    /// What the cut removed.
    pub(super) removed: Choice,
    /// What both models are to be run on: a tensor for each input, in the model's order.
    pub inputs: Vec<Tensor>,
    pub(super) tolerance: f32,
}

impl Session {
    /// The masked dense model of a cut as an ONNX file, for running beside the cut's own file.
    pub fn masked_file(&self, external_check: &ExternalCheck) -> Result<Vec<u8>> {
        let masked = self.masked_model(&external_check.removed)?;
        onnx::write(masked.as_ref().unwrap_or(self.graph()))
    }
}

impl ExternalCheck {
    /// How far apart the two models' outputs are, all of them and in the model's order.
    ///
    /// Fails as [`check::compare`] does.
    pub fn compare(&self, masked: &[Tensor], packed: &[Tensor]) -> Result<RepackCheck> {
        check::compare(masked, packed, self.tolerance)
    }
}
