//! Forward passes in double precision for whichever type of numbers the inputs have.

use super::Known;
use super::known;
use crate::graph::Dim;
use crate::message::Message;
use crate::tensor::{DType, Tensor};
use ndarray::{ArrayD, IxDyn};

/// A tensor's elements as double-precision numbers, in row-major order.
pub fn numbers(tensor: &Tensor) -> Result<Vec<f64>, Message> {
    match tensor.cast(DType::F64) {
        Some(Tensor::F64(array)) => Ok(array.into_raw_vec_and_offset().0),
        _ => Err(unfit(tensor.dtype())),
    }
}

/// The `i`-th input's elements.
pub fn needed(inputs: &[Option<&Tensor>], i: usize) -> Result<Vec<f64>, Message> {
    numbers(known::tensor(inputs, i)?)
}

/// The `i`-th input, where it is there.
pub fn given<'a>(inputs: &[Option<&'a Tensor>], i: usize) -> Option<&'a Tensor> {
    inputs.get(i).copied().flatten()
}

/// The `i`-th input's elements, where it is there.
pub fn optional(inputs: &[Option<&Tensor>], i: usize) -> Result<Option<Vec<f64>>, Message> {
    given(inputs, i).map(numbers).transpose()
}

/// The `i`-th input's elements as whole numbers.
pub fn whole(inputs: &[Option<&Tensor>], i: usize) -> Result<Vec<i64>, Message> {
    let tensor = known::tensor(inputs, i)?;
    tensor.integers().ok_or_else(|| unfit(tensor.dtype()))
}

/// The only element of the `i`-th input as a whole number; `None` where it is left out.
pub fn single(inputs: &[Option<&Tensor>], i: usize) -> Result<Option<i64>, Message> {
    if given(inputs, i).is_none() {
        return Ok(None);
    }
    match whole(inputs, i)?[..] {
        [one] => Ok(Some(one)),
        _ => Err(inconsistent()),
    }
}

/// Double-precision numbers as a tensor of any type.
pub fn tensor(dtype: DType, shape: &[usize], numbers: Vec<f64>) -> Result<Tensor, Message> {
    let array = ArrayD::from_shape_vec(IxDyn(shape), numbers).map_err(|_| inconsistent())?;
    Tensor::F64(array).cast(dtype).ok_or_else(|| unfit(dtype))
}

/// Whole numbers as a tensor of 64-bit integers.
pub fn indices(shape: &[usize], numbers: Vec<i64>) -> Result<Tensor, Message> {
    let array = ArrayD::from_shape_vec(IxDyn(shape), numbers).map_err(|_| inconsistent())?;
    Ok(Tensor::I64(array))
}

/// Elements moved, which fails for types that are only carried through.
pub fn moved(x: &Tensor, shape: &[usize], places: &[usize]) -> Result<Tensor, Message> {
    let moved = x.gathered(shape, places);
    moved.ok_or(message!("reason-node-this-element-type"))
}

/// An output of the type and shape of the first input, as many shape rules have it.
pub fn like_first(inputs: &[Option<Known>]) -> Result<Vec<Known>, Message> {
    let x = known::needed(inputs, 0)?;
    Ok(vec![Known::new(x.dtype(), x.shape().to_vec())])
}

/// All dimensions as numbers, or nothing is known yet.
pub fn sizes(dims: &[Dim]) -> Option<Vec<usize>> {
    dims.iter().map(Dim::known).collect()
}

/// The `i`-th input's only whole number while shapes are inferred; `None` where only the run tells.
pub fn known_single(inputs: &[Option<Known>], i: usize) -> Option<i64> {
    known::given(inputs, i)?.numbers()?.first().copied()
}

/// The reason where an operator computes nothing on elements of this type.
pub fn unfit(dtype: DType) -> Message {
    message!(
        "reason-node-element-type",
        elementType = format!("{dtype:?}")
    )
}

/// The reason where a node's inputs do not fit one another.
pub fn inconsistent() -> Message {
    message!("reason-node-inconsistent")
}
