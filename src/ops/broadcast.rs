//! Element by element over inputs of shapes that broadcast.

use crate::kernels::strided::{Walk, broadcast_strides};
use crate::message::Message;
use ndarray::ArrayD;

/// `f` of each pair of elements, both arrays stretched to `shape`.
pub fn zip<A: Copy, B: Copy, R: Clone>(
    a: &ArrayD<A>,
    b: &ArrayD<B>,
    shape: &[usize],
    mut f: impl FnMut(A, B) -> R,
) -> Result<ArrayD<R>, Message> {
    let unfit = || message!("reason-node-inputs-unfit");
    let (left, right) = (
        a.as_slice().ok_or_else(unfit)?,
        b.as_slice().ok_or_else(unfit)?,
    );
    let mut results = Vec::with_capacity(shape.iter().product());
    let walk = pairs(a.shape(), b.shape(), shape).ok_or_else(unfit)?;
    let [step_a, step_b] = walk.steps.map(|step| step as usize);
    walk.each(|[a, b]| {
        let inner = 0..walk.inner;
        results.extend(inner.map(|i| f(left[a + i * step_a], right[b + i * step_b])));
    });
    ArrayD::from_shape_vec(shape, results).map_err(|_| unfit())
}

/// The walk over both arrays; `None` where one of them does not stretch to `shape`.
fn pairs(a: &[usize], b: &[usize], shape: &[usize]) -> Option<Walk<2>> {
    let stretches = |own: &[usize]| {
        let mut sizes = own.iter().rev().zip(shape.iter().rev());
        own.len() <= shape.len() && sizes.all(|(own, to)| own == to || *own == 1)
    };
    if !stretches(a) || !stretches(b) {
        return None;
    }
    let (a, b) = (broadcast_strides(a, shape), broadcast_strides(b, shape));
    Some(Walk::new(shape, [0; 2], [&a, &b]))
}
