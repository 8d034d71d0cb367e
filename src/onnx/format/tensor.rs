//! `TensorProto` to [`Tensor`] and back.

use super::proto;
use crate::message::Message;
use crate::tensor::{DType, OpaqueTensor, Tensor};
use bytemuck::Pod;
use bytes::Bytes;
use half::{bf16, f16};
use ndarray::{ArrayD, IxDyn};
use prost::Message as _;
use prost::encoding::{WireType, encode_key, encode_varint, key_len};
use prost::length_delimiter_len;

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
        // Copied: a part of the file would hold the whole of it in memory.
        let proto = Bytes::copy_from_slice(bytes);
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
            narrow(raw, ints, count, u8::from_le_bytes, |x| {
                Some(u8::from(x != 0))
            })?
            .into_iter()
            .map(|x| x != 0)
            .collect(),
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
fn elements<T: Pod, const N: usize>(
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
fn narrow<T: Pod, W: Copy, const N: usize>(
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

fn from_raw<T: Pod, const N: usize>(
    raw: &[u8],
    count: usize,
    from_bytes: fn([u8; N]) -> T,
) -> Result<Vec<T>, Message> {
    let (chunks, rest) = raw.as_chunks::<N>();
    if chunks.len() != count || !rest.is_empty() {
        return Err(miscount(count, chunks.len()));
    }
    // In memory they are what the file holds, if the machine is little-endian as all common ones are.
    Ok(match cfg!(target_endian = "little") {
        true => bytemuck::pod_collect_to_vec(raw),
        false => chunks.iter().map(|&chunk| from_bytes(chunk)).collect(),
    })
}

fn miscount(shape: usize, data: usize) -> Message {
    message!("reason-tensor-count", expected = shape, given = data)
}

/// A tensor as it is written: its elements go from where they are straight into the file.
pub struct Encoded<'t> {
    /// Everything but the elements; all that an opaque tensor is.
    header: proto::Tensor,
    elements: Elements<'t>,
}

enum Elements<'t> {
    InHeader,
    Of(&'t Tensor),
    /// Single precision, to be written in half.
    Narrowed(&'t ArrayD<f32>),
}

impl<'t> Encoded<'t> {
    /// The tensor under a name, its elements little-endian in `raw_data`.
    pub fn new(name: &str, tensor: &'t Tensor) -> Self {
        if let Tensor::Opaque(opaque) = tensor {
            let message = proto::Tensor::decode(opaque.proto.clone()).unwrap_or_default();
            return Encoded {
                header: proto::Tensor {
                    name: named(name),
                    ..message
                },
                elements: Elements::InHeader,
            };
        }
        Encoded {
            header: header(name, tensor.shape(), tensor.dtype()),
            elements: Elements::Of(tensor),
        }
    }

    /// The same in half precision.
    pub fn narrowed(name: &str, wide: &'t ArrayD<f32>) -> Self {
        Encoded {
            header: header(name, wide.shape(), DType::F16),
            elements: Elements::Narrowed(wide),
        }
    }

    /// The element type that is written.
    pub fn dtype(&self) -> DType {
        DType::from_onnx(self.header.data_type.unwrap_or(0))
    }

    /// Bytes of the elements; `None` where they are in the header.
    fn raw_len(&self) -> Option<usize> {
        match self.elements {
            Elements::InHeader => None,
            Elements::Of(tensor) => Some(tensor.len() * tensor.dtype().size().unwrap_or(0)),
            Elements::Narrowed(wide) => Some(wide.len() * size_of::<f16>()),
        }
    }

    /// How many bytes the message has.
    pub fn encoded_len(&self) -> usize {
        let raw = self
            .raw_len()
            .map_or(0, |len| key_len(RAW_DATA) + length_delimiter_len(len) + len);
        self.header.encoded_len() + raw
    }

    /// Appends the message, with the elements of another tensor of the same type in place of its own where there is one.
    pub fn encode(&self, other: Option<&Tensor>, out: &mut Vec<u8>) {
        self.header.encode_raw(out);
        let Some(len) = self.raw_len() else { return };
        encode_key(RAW_DATA, WireType::LengthDelimited, out);
        encode_varint(len as u64, out);
        match (&self.elements, other) {
            (Elements::InHeader, _) => {}
            (Elements::Of(_), Some(other)) => append(other, out),
            (Elements::Of(tensor), None) => append(tensor, out),
            (Elements::Narrowed(_), Some(Tensor::F32(wide))) => append_narrowed(wide, out),
            (Elements::Narrowed(wide), _) => append_narrowed(wide, out),
        }
    }

    /// The message by itself.
    pub fn to_bytes(&self) -> Bytes {
        let mut out = Vec::with_capacity(self.encoded_len());
        self.encode(None, &mut out);
        out.into()
    }
}

/// The field that holds the elements: the last one that is written.
const RAW_DATA: u32 = 9;

fn header(name: &str, shape: &[usize], dtype: DType) -> proto::Tensor {
    proto::Tensor {
        dims: shape.iter().map(|&d| d as i64).collect(),
        data_type: Some(dtype.to_onnx()),
        name: named(name),
        ..Default::default()
    }
}

/// Appends the elements, little-endian.
fn append(tensor: &Tensor, out: &mut Vec<u8>) {
    macro_rules! numbers {
        ($array:expr) => {
            match $array.as_slice() {
                // In memory they are what the file holds.
                Some(elements) if cfg!(target_endian = "little") => {
                    out.extend_from_slice(bytemuck::cast_slice(elements));
                }
                _ => out.extend($array.iter().flat_map(|x| x.to_le_bytes())),
            }
        };
    }
    match tensor {
        Tensor::F32(a) => numbers!(a),
        Tensor::F64(a) => numbers!(a),
        Tensor::F16(a) => numbers!(a),
        Tensor::I64(a) => numbers!(a),
        Tensor::I32(a) => numbers!(a),
        Tensor::BF16(a) => numbers!(a),
        Tensor::I16(a) => numbers!(a),
        Tensor::I8(a) => numbers!(a),
        Tensor::U64(a) => numbers!(a),
        Tensor::U32(a) => numbers!(a),
        Tensor::U16(a) => numbers!(a),
        Tensor::U8(a) => numbers!(a),
        Tensor::Bool(a) => out.extend(a.iter().map(|&x| u8::from(x))),
        Tensor::Opaque(_) => {}
    }
}

fn append_narrowed(wide: &ArrayD<f32>, out: &mut Vec<u8>) {
    out.extend(wide.iter().flat_map(|&x| f16::from_f32(x).to_le_bytes()));
}

fn named(name: &str) -> Option<String> {
    (!name.is_empty()).then(|| name.to_string())
}
