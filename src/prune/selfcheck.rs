//! The check that every re-pack passes in the product: the masked dense model and the re-packed one, run on the same
//! input, must say the same.

use crate::engine::{Executor, Options};
use crate::error::{Error, Result};
use crate::graph::Graph;
use crate::tensor::{DType, Tensor};
use serde::Serialize;

/// How far two models may be apart: so much of the largest output, or so much outright where outputs are small.
const TOLERANCE: f32 = 1e-4;

/// The same where numbers are stored as float16: each rounding to its 11 bits is off by up to 2⁻¹¹, and both the folded
/// biases of several layers and the outputs are rounded.
const HALF_TOLERANCE: f32 = 1.0 / 512.0;

/// How far the two models are apart.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct SelfCheck {
    /// The largest difference of two outputs.
    pub max_abs: f32,
    /// The same as a share of the largest output of the masked model.
    pub max_rel: f32,
    /// How large either may be: 1e-4, or 1/512 where the model stores or gives float16 numbers.
    pub tolerance: f32,
    /// Whether the difference is within the tolerance, absolute or relative.
    pub agrees: bool,
}

/// Runs both models on one tensor for each input and compares all outputs.
///
/// # Errors
/// Those of running a model, [`Error::UnsupportedOperators`] first of all; [`Error::BadModel`] where the outputs
/// do not even have the same shapes.
pub fn check(masked: &Graph, packed: &Graph, inputs: &[Tensor]) -> Result<SelfCheck> {
    let run = |graph: &Graph| {
        let first = inputs.first().and_then(|input| input.shape().first());
        let batch = first.copied().unwrap_or(1);
        let options = Options {
            batch,
            ..Options::default()
        };
        Executor::new(graph, &options)?.run(inputs)
    };
    compare(&run(masked)?, &run(packed)?, tolerance(packed))
}

/// How far apart the outputs of both models are, which some engine gave for the same input.
///
/// Fails with [`Error::BadModel`] where they do not even have the same shapes.
pub fn compare(masked: &[Tensor], packed: &[Tensor], tolerance: f32) -> Result<SelfCheck> {
    if masked.len() != packed.len() {
        return Err(Error::BadModel(
            "the re-packed model has another number of outputs".into(),
        ));
    }
    let (mut difference, mut largest) = (0f32, 0f32);
    for (masked, packed) in masked.iter().zip(packed) {
        let (a, b) = (numbers(masked), numbers(packed));
        if masked.shape() != packed.shape() {
            return Err(Error::BadModel(format!(
                "an output of the re-packed model has shape {:?} instead of {:?}",
                packed.shape(),
                masked.shape()
            )));
        }
        for (&x, &y) in a.iter().zip(&b) {
            difference = worst(difference, apart(x, y));
            largest = largest.max(x.abs());
        }
    }
    let relative = match largest > 0.0 {
        true => difference / largest,
        false => difference,
    };
    Ok(SelfCheck {
        max_abs: difference,
        max_rel: relative,
        tolerance,
        agrees: difference <= tolerance || relative <= tolerance,
    })
}

/// What is allowed for a model, by the precision of what it stores and gives.
pub fn tolerance(graph: &Graph) -> f32 {
    let stored = graph
        .values
        .iter()
        .filter_map(|value| value.constant.as_ref());
    let given = graph
        .outputs
        .iter()
        .filter_map(|&id| graph.value(id).ty.as_ref());
    let mut types = stored.map(|t| t.dtype()).chain(given.map(|ty| ty.dtype));
    match types.any(|dtype| dtype == DType::F16) {
        true => HALF_TOLERANCE,
        false => TOLERANCE,
    }
}

/// The distance of two numbers; none where both are the same infinity or both are not numbers.
fn apart(x: f32, y: f32) -> f32 {
    if x == y || (x.is_nan() && y.is_nan()) {
        return 0.0;
    }
    (x - y).abs()
}

/// The larger of two distances, one that is no number being the worst.
fn worst(a: f32, b: f32) -> f32 {
    if a.is_nan() || b.is_nan() {
        return f32::INFINITY;
    }
    a.max(b)
}

/// The elements of a tensor as floats; none where they can't be computed with.
pub fn numbers(tensor: &Tensor) -> Vec<f32> {
    match (tensor.floats(), tensor.integers()) {
        (Some(floats), _) => floats.into_owned(),
        (None, Some(integers)) => integers.into_iter().map(|x| x as f32).collect(),
        (None, None) => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_number_is_never_agreement() {
        assert_eq!(apart(f32::NAN, f32::NAN), 0.0);
        assert_eq!(apart(f32::INFINITY, f32::INFINITY), 0.0);
        assert_eq!(worst(0.0, apart(f32::NAN, 1.0)), f32::INFINITY);
        assert_eq!(worst(f32::INFINITY, 0.5), f32::INFINITY);
    }
}
