//! The check that every re-pack passes in the product: the masked dense model and the re-packed one, run on the same
//! input, must say the same.

use crate::engine::{Executor, Options};
use crate::error::{Error, Result};
use crate::graph::Graph;
use crate::tensor::{DType, Tensor};
use serde::Serialize;

/// How far two models may be apart, as a share of the largest output.
const TOLERANCE: f32 = 1e-4;

/// The same where numbers are stored as float16: each rounding to its 11 bits is off by up to 2⁻¹¹, and both the folded
/// biases of several layers and the outputs are rounded.
const HALF_TOLERANCE: f32 = 1.0 / 512.0;

/// Outputs that are smaller than this throughout are compared as if they were so large: what is left of larger numbers
/// that cancel out is their rounding.
const SMALL: f32 = 1e-3;

/// How far the two models are apart.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct RepackCheck {
    /// The largest difference of two outputs.
    pub max_abs: f32,
    /// The largest difference as a share of the largest number in the same output of the masked model, or of 1e-3 where
    /// all are smaller.
    pub max_rel: f32,
    /// How large that share may be: 1e-4, or 1/512 where the model stores or gives float16 numbers.
    pub tolerance: f32,
    /// Whether the share is within the tolerance.
    pub agrees: bool,
}

/// Runs both models on one tensor for each input and compares all outputs.
///
/// # Errors
/// Those of [`answers`] for the masked model, and of [`against`].
pub fn check(masked: Graph, packed: &Graph, inputs: &[Tensor]) -> Result<RepackCheck> {
    against(&answers(masked, inputs)?, packed, inputs)
}

/// The outputs of the masked model, which is used up: a large one is not in memory twice.
///
/// # Errors
/// Those of running it, [`Error::UnsupportedOperators`] first of all.
pub fn answers(masked: Graph, inputs: &[Tensor]) -> Result<Vec<Tensor>> {
    let options = Options::for_inputs(&masked, inputs);
    Executor::consuming(masked, &options)?.run(inputs)
}

/// How far the outputs of the re-packed model are from those of the masked one.
///
/// # Errors
/// [`Error::BadInput`] where the masked model gives nothing to compare with; [`Error::BrokenRepack`] where the re-packed one does
/// not run, or its outputs do not even have the same shapes.
pub fn against(answers: &[Tensor], packed: &Graph, inputs: &[Tensor]) -> Result<RepackCheck> {
    let mut executor =
        Executor::new(packed, &Options::for_inputs(packed, inputs)).map_err(broken)?;
    let own = executor.run(inputs).map_err(broken)?;
    compare(answers, &own, tolerance(packed))
}

fn broken(error: Error) -> Error {
    match error {
        Error::TooLarge(_) => error,
        error => Error::BrokenRepack(message!(
            "error-repack-does-not-run",
            reason = error.message()
        )),
    }
}

/// How far apart the outputs of both models are, which some engine gave for the same input.
///
/// Fails with [`Error::BadInput`] where an output of the masked model holds no number at all, and with
/// [`Error::BrokenRepack`] where the outputs do not even have the same shapes.
pub fn compare(masked: &[Tensor], packed: &[Tensor], tolerance: f32) -> Result<RepackCheck> {
    if masked.len() != packed.len() {
        return Err(Error::BrokenRepack(message!("reason-repack-outputs")));
    }
    let (mut max_abs, mut max_rel) = (0f32, 0f32);
    for (masked, packed) in masked.iter().zip(packed) {
        if masked.shape() != packed.shape() {
            return Err(Error::BrokenRepack(message!(
                "reason-repack-shape",
                given = format!("{:?}", packed.shape()),
                expected = format!("{:?}", masked.shape())
            )));
        }
        let (wanted, given) = (numbers(masked), numbers(packed));
        if !wanted.is_empty() && wanted.iter().all(|x| x.is_nan()) {
            return Err(Error::BadInput(message!("error-masked-nan")));
        }
        let pairs = wanted.iter().zip(&given);
        let difference = pairs.fold(0.0, |most, (&x, &y)| worst(most, apart(x, y)));
        let finite = wanted.iter().map(|x| x.abs()).filter(|x| x.is_finite());
        let largest = finite.fold(SMALL, f32::max);
        max_abs = max_abs.max(difference);
        max_rel = max_rel.max(difference / largest);
    }
    Ok(RepackCheck {
        max_abs,
        max_rel,
        tolerance,
        agrees: max_rel <= tolerance,
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

    fn output(numbers: &[f32]) -> Vec<Tensor> {
        vec![Tensor::from_f32(&[numbers.len()], numbers.to_vec())]
    }

    fn agree(masked: &[f32], packed: &[f32]) -> bool {
        compare(&output(masked), &output(packed), TOLERANCE)
            .unwrap()
            .agrees
    }

    #[test]
    fn the_difference_is_a_share_of_the_largest_output() {
        // Probabilities of a thousand classes: 1e-4 outright would be a tenth of each.
        assert!(!agree(&[1e-3, 1e-3], &[1.05e-3, 0.95e-3]));
        assert!(agree(&[1e-3, 1e-3], &[1e-3, 1e-3 + 5e-8]));
        assert!(agree(&[900.0, 0.0], &[900.01, 0.01]));
        assert!(!agree(&[900.0, 0.0], &[900.2, 0.0]));
        // What cancels out leaves its rounding.
        assert!(agree(&[3e-9], &[-4e-9]));
    }

    #[test]
    fn each_output_has_its_own_scale() {
        let both = |small: f32| [output(&[1000.0]), output(&[small])].concat();
        let check = compare(&both(0.1), &both(0.11), TOLERANCE).unwrap();
        assert!(
            !check.agrees && (check.max_rel - 0.1).abs() < 1e-3,
            "{check:?}"
        );
    }

    #[test]
    fn outputs_that_hold_no_number_are_not_compared() {
        let nothing = output(&[f32::NAN, f32::NAN]);
        let error = compare(&nothing, &nothing, TOLERANCE).unwrap_err();
        assert_eq!(error.code(), "bad-input");
        assert!(!agree(&[f32::NAN, 1.0], &[1.0, 1.0]));
        assert!(agree(&[f32::INFINITY, 1.0], &[f32::INFINITY, 1.0]));
    }

    #[test]
    fn a_missing_number_is_never_agreement() {
        assert_eq!(apart(f32::NAN, f32::NAN), 0.0);
        assert_eq!(apart(f32::INFINITY, f32::INFINITY), 0.0);
        assert_eq!(worst(0.0, apart(f32::NAN, 1.0)), f32::INFINITY);
        assert_eq!(worst(f32::INFINITY, 0.5), f32::INFINITY);
    }
}
