//! `SparseTensorProto`: a tensor of which only some elements are stored.

use super::{proto, tensor};
use crate::message::Message;
use crate::tensor::Tensor;
use bytes::Bytes;
use prost::Message as _;

/// Elements that a sparse tensor may have besides so many times as many as it stores: a few bytes can ask for gigabytes.
const FREE_ELEMENTS: usize = 1 << 20;
const TIMES: usize = 128;

/// Reads an encoded sparse tensor: its name, which is that of its elements, and itself, zeros filled in. Errors are
/// half-sentences without the name.
pub fn decode(bytes: Bytes) -> Result<(String, Tensor), Message> {
    let damaged = || message!("reason-tensor-damaged");
    let message = proto::SparseTensor::decode(bytes).map_err(|_| damaged())?;
    let (name, values) = tensor::decode(&message.values.ok_or_else(damaged)?)?;
    let (values, indices) = (
        values?,
        tensor::decode(&message.indices.ok_or_else(damaged)?)?.1?,
    );
    let shape: Option<Vec<usize>> = message
        .dims
        .iter()
        .map(|&d| usize::try_from(d).ok())
        .collect();
    let shape = shape
        .filter(|shape| shape.len() <= tensor::MAX_RANK)
        .ok_or_else(damaged)?;
    let count = shape
        .iter()
        .try_fold(1usize, |n, &d| n.checked_mul(d))
        .ok_or_else(damaged)?;
    let stored = values.len();
    if values.shape().len() != 1 {
        return Err(damaged());
    }
    if count > FREE_ELEMENTS.saturating_add(stored.saturating_mul(TIMES)) {
        return Err(message!("reason-tensor-sparse", count = count));
    }
    let numbers = indices.integers().ok_or_else(damaged)?;
    // A number in row-major order for each element, or an index along each axis.
    let places: Option<Vec<usize>> = match indices.shape() {
        [n] if *n == stored => numbers.iter().map(|&at| usize::try_from(at).ok()).collect(),
        [n, axes] if *n == stored && *axes == shape.len() && *axes > 0 => numbers
            .chunks(*axes)
            .map(|index| {
                index
                    .iter()
                    .zip(&shape)
                    .try_fold(0usize, |at, (&i, &size)| {
                        let i = usize::try_from(i).ok().filter(|&i| i < size)?;
                        Some(at * size + i)
                    })
            })
            .collect(),
        _ => None,
    };
    // What is not stored is the zero behind the elements.
    let mut sources = vec![stored; count];
    for (at, place) in places.ok_or_else(damaged)?.into_iter().enumerate() {
        *sources.get_mut(place).ok_or_else(damaged)? = at;
    }
    let zero = Tensor::from_i64(&[1], vec![0]).cast(values.dtype());
    let all = zero.and_then(|zero| Tensor::joined(&[&values, &zero]));
    let dense = all.and_then(|all| all.gathered(&shape, &sources));
    Ok((name, dense.ok_or_else(damaged)?))
}
