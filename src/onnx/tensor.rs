//! `TensorProto` to [`Tensor`] and back.

use super::proto;
use crate::message::Message;
use crate::tensor::{DType, OpaqueTensor, Tensor};
use bytes::Bytes;
use half::{bf16, f16};
use ndarray::{ArrayD, IxDyn};
use prost::Message as _;

/// More axes than any network has; each costs memory in every view of the tensor.
pub const MAX_RANK: usize = 32;

/// Reads an encoded tensor: its name and itself. Errors are half-sentences without the name.
pub fn decode(bytes: &Bytes) -> Result<(String, Result<Tensor, Message>), Message> {
    let message =
        proto::Tensor::decode(bytes.clone()).map_err(|_| message!("reason-tensor-damaged"))?;
    let name = message.name.clone().unwrap_or_default();
    Ok((name, convert(message, bytes)))
}

fn convert(message: proto::Tensor, bytes: &Bytes) -> Result<Tensor, Message> {
    if message.data_location == Some(1) || !message.external_data.is_empty() {
        return Err(message!("reason-tensor-external"));
    }
    let shape = shape(&message.dims)?;
    let count = checked_count(&shape)?;
    let number = message.data_type.unwrap_or(0);
    let dtype = DType::from_onnx(number);
    if let DType::Other(number) = dtype {
        if number == 0 {
            return Err(message!("reason-tensor-no-type"));
        }
        let proto = bytes.clone();
        return Ok(Tensor::Opaque(OpaqueTensor {
            dtype: number,
            shape,
            proto,
        }));
    }
    let raw = message.raw_data.as_deref();
    let raw = raw.filter(|raw| !raw.is_empty());
    let ints = &message.int32_data;
    Ok(match dtype {
        DType::F32 => Tensor::F32(array(
            shape,
            elements(raw, message.float_data, count, f32::from_le_bytes)?,
        )?),
        DType::F64 => Tensor::F64(array(
            shape,
            elements(raw, message.double_data, count, f64::from_le_bytes)?,
        )?),
        DType::I64 => Tensor::I64(array(
            shape,
            elements(raw, message.int64_data, count, i64::from_le_bytes)?,
        )?),
        DType::F16 => Tensor::F16(array(
            shape,
            narrow(raw, ints, count, f16::from_le_bytes, |x| {
                u16::try_from(x).ok().map(f16::from_bits)
            })?,
        )?),
        DType::I32 => Tensor::I32(array(
            shape,
            narrow(raw, ints, count, i32::from_le_bytes, Some)?,
        )?),
        DType::BF16 => Tensor::BF16(array(
            shape,
            narrow(raw, ints, count, bf16::from_le_bytes, |x| {
                u16::try_from(x).ok().map(bf16::from_bits)
            })?,
        )?),
        DType::I16 => Tensor::I16(array(
            shape,
            narrow(raw, ints, count, i16::from_le_bytes, |x| x.try_into().ok())?,
        )?),
        DType::U64 => Tensor::U64(array(
            shape,
            elements(raw, message.uint64_data, count, u64::from_le_bytes)?,
        )?),
        DType::U32 => Tensor::U32(array(
            shape,
            narrow(raw, &message.uint64_data, count, u32::from_le_bytes, |x| {
                x.try_into().ok()
            })?,
        )?),
        DType::U16 => Tensor::U16(array(
            shape,
            narrow(raw, ints, count, u16::from_le_bytes, |x| x.try_into().ok())?,
        )?),
        DType::I8 => Tensor::I8(array(
            shape,
            narrow(raw, ints, count, i8::from_le_bytes, |x| x.try_into().ok())?,
        )?),
        DType::U8 => Tensor::U8(array(
            shape,
            narrow(raw, ints, count, u8::from_le_bytes, |x| x.try_into().ok())?,
        )?),
        DType::Bool => Tensor::Bool(array(
            shape,
            narrow(raw, ints, count, |[x]: [u8; 1]| x != 0, |x| Some(x != 0))?,
        )?),
        DType::Other(_) => unreachable!("returned above"),
    })
}

/// Dimensions as sizes.
fn shape(dims: &[i64]) -> Result<Vec<usize>, Message> {
    if dims.len() > MAX_RANK {
        return Err(message!(
            "reason-tensor-axes",
            axes = dims.len(),
            most = MAX_RANK
        ));
    }
    let sizes = dims.iter().map(|&d| usize::try_from(d));
    sizes
        .collect::<Result<_, _>>()
        .map_err(|_| message!("reason-tensor-shape", shape = format!("{dims:?}")))
}

fn checked_count(shape: &[usize]) -> Result<usize, Message> {
    let count = shape.iter().try_fold(1usize, |n, &d| n.checked_mul(d));
    count.ok_or_else(|| message!("reason-tensor-shape", shape = format!("{shape:?}")))
}

fn array<T>(shape: Vec<usize>, elements: Vec<T>) -> Result<ArrayD<T>, Message> {
    let complaint = message!("reason-tensor-shape", shape = format!("{shape:?}"));
    ArrayD::from_shape_vec(IxDyn(&shape), elements).map_err(|_| complaint)
}

/// The elements from `raw_data` where that is filled, else from the field of their own type.
fn elements<T, const N: usize>(
    raw: Option<&[u8]>,
    typed: Vec<T>,
    count: usize,
    from_bytes: fn([u8; N]) -> T,
) -> Result<Vec<T>, Message> {
    match raw {
        Some(raw) => from_raw(raw, count, from_bytes),
        None if typed.len() == count => Ok(typed),
        None => Err(miscount(count, typed.len())),
    }
}

/// The same where the typed field holds wider numbers.
fn narrow<T, W: Copy, const N: usize>(
    raw: Option<&[u8]>,
    typed: &[W],
    count: usize,
    from_bytes: fn([u8; N]) -> T,
    from_int: fn(W) -> Option<T>,
) -> Result<Vec<T>, Message> {
    match raw {
        Some(raw) => from_raw(raw, count, from_bytes),
        None if typed.len() == count => {
            let elements = typed.iter().map(|&x| from_int(x));
            elements
                .collect::<Option<_>>()
                .ok_or_else(|| message!("reason-tensor-overflow"))
        }
        None => Err(miscount(count, typed.len())),
    }
}

fn from_raw<T, const N: usize>(
    raw: &[u8],
    count: usize,
    from_bytes: fn([u8; N]) -> T,
) -> Result<Vec<T>, Message> {
    let (chunks, rest) = raw.as_chunks::<N>();
    if chunks.len() != count || !rest.is_empty() {
        return Err(miscount(count, chunks.len()));
    }
    Ok(chunks.iter().map(|&chunk| from_bytes(chunk)).collect())
}

fn miscount(shape: usize, data: usize) -> Message {
    message!("reason-tensor-count", expected = shape, given = data)
}

/// Encodes a tensor under a name, its elements little-endian in `raw_data`.
pub fn encode(name: &str, tensor: &Tensor) -> proto::Tensor {
    let raw: Vec<u8> = match tensor {
        Tensor::F32(a) => a.iter().flat_map(|x| x.to_le_bytes()).collect(),
        Tensor::F64(a) => a.iter().flat_map(|x| x.to_le_bytes()).collect(),
        Tensor::F16(a) => a.iter().flat_map(|x| x.to_le_bytes()).collect(),
        Tensor::I64(a) => a.iter().flat_map(|x| x.to_le_bytes()).collect(),
        Tensor::I32(a) => a.iter().flat_map(|x| x.to_le_bytes()).collect(),
        Tensor::BF16(a) => a.iter().flat_map(|x| x.to_le_bytes()).collect(),
        Tensor::I16(a) => a.iter().flat_map(|x| x.to_le_bytes()).collect(),
        Tensor::I8(a) => a.iter().flat_map(|x| x.to_le_bytes()).collect(),
        Tensor::U64(a) => a.iter().flat_map(|x| x.to_le_bytes()).collect(),
        Tensor::U32(a) => a.iter().flat_map(|x| x.to_le_bytes()).collect(),
        Tensor::U16(a) => a.iter().flat_map(|x| x.to_le_bytes()).collect(),
        Tensor::U8(a) => a.iter().copied().collect(),
        Tensor::Bool(a) => a.iter().map(|&x| x.into()).collect(),
        Tensor::Opaque(opaque) => {
            let mut message = proto::Tensor::decode(opaque.proto.clone()).unwrap_or_default();
            message.name = named(name);
            return message;
        }
    };
    proto::Tensor {
        dims: tensor.shape().iter().map(|&d| d as i64).collect(),
        data_type: Some(tensor.dtype().to_onnx()),
        name: named(name),
        raw_data: Some(raw.into()),
        ..Default::default()
    }
}

fn named(name: &str) -> Option<String> {
    (!name.is_empty()).then(|| name.to_string())
}
