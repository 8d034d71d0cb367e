//! Element by element over inputs of shapes that broadcast.

use crate::message::Message;
use crate::tensor::standard;
use ndarray::{ArrayD, IxDyn, Zip};

/// `f` of each pair of elements, both arrays stretched to `shape`.
pub fn zip<A: Copy, B: Copy, R: Clone>(
    a: &ArrayD<A>,
    b: &ArrayD<B>,
    shape: &[usize],
    mut f: impl FnMut(A, B) -> R,
) -> Result<ArrayD<R>, Message> {
    let unfit = || message!("reason-node-inputs-unfit");
    let a = a.broadcast(IxDyn(shape)).ok_or_else(unfit)?;
    let b = b.broadcast(IxDyn(shape)).ok_or_else(unfit)?;
    Ok(standard(Zip::from(a).and(b).map_collect(|&x, &y| f(x, y))))
}
