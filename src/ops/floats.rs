//! Forward passes in single precision for whichever float type the inputs have.

use crate::message::Message;
use crate::tensor::{Tensor, standard};
use ndarray::{ArrayD, CowArray, IxDyn};

/// An input as single-precision numbers.
pub type Floats<'a> = CowArray<'a, f32, IxDyn>;

/// A float tensor's numbers in single precision.
pub fn floats(tensor: &Tensor) -> Result<Floats<'_>, Message> {
    match tensor {
        Tensor::F32(a) => Ok(a.view().into()),
        Tensor::F64(a) => Ok(a.mapv(|x| x as f32).into()),
        Tensor::F16(a) => Ok(a.mapv(|x| x.to_f32()).into()),
        Tensor::BF16(a) => Ok(a.mapv(|x| x.to_f32()).into()),
        other => Err(message!(
            "reason-node-element-type",
            elementType = format!("{:?}", other.dtype())
        )),
    }
}

/// The `i`-th input's numbers, where it is there.
pub fn optional<'a>(
    inputs: &[Option<&'a Tensor>],
    i: usize,
) -> Result<Option<Floats<'a>>, Message> {
    inputs.get(i).copied().flatten().map(floats).transpose()
}

/// The `i`-th input's numbers.
pub fn needed<'a>(inputs: &[Option<&'a Tensor>], i: usize) -> Result<Floats<'a>, Message> {
    floats(super::known::tensor(inputs, i)?)
}

/// One result as the only output, in the element type of `like`.
pub fn output(result: ArrayD<f32>, like: &Tensor) -> Result<Vec<Tensor>, Message> {
    let result = standard(result);
    Ok(vec![match like {
        Tensor::F32(_) => Tensor::F32(result),
        _ => Tensor::F32(result)
            .cast(like.dtype())
            .ok_or(message!("reason-node-not-computable"))?,
    }])
}
