//! Tensors whose data is in files beside the model: embedding makes one whole file of all.

use super::proto;
use crate::message::Message;
use crate::tensor::DType;
use crate::{Error, Result};
use bytes::Bytes;
use prost::Message as _;
use prost::encoding::{WireType, decode_key, decode_varint, encode_key, encode_varint};
use std::collections::BTreeMap;

/// `TensorProto.DataLocation.EXTERNAL`.
const EXTERNAL: i32 = 1;
/// Files may be read so many times over, by tensors that share their data: a few bytes can ask for terabytes.
const MOST_TIMES: u64 = 4;
/// Messages in messages: deeper than any exporter goes.
const MAX_DEPTH: usize = 64;

/// What comes of reading data; errors are half-sentences without the tensor's name.
pub type Reading<T> = std::result::Result<T, Message>;

/// Files beside a model.
pub trait ExternalData {
    /// The number of bytes of a file.
    fn size(&self, location: &str) -> Reading<u64>;

    /// Bytes of a file that it has.
    fn read(&self, location: &str, offset: u64, length: u64) -> Reading<Bytes>;
}

/// Files in memory, by name. A file is found by its whole location, or by the last part of it.
impl ExternalData for BTreeMap<String, Bytes> {
    fn size(&self, location: &str) -> Reading<u64> {
        Ok(named(self, location)?.len() as u64)
    }

    fn read(&self, location: &str, offset: u64, length: u64) -> Reading<Bytes> {
        let file = named(self, location)?;
        let range = usize::try_from(offset).ok().zip(
            offset
                .checked_add(length)
                .and_then(|end| end.try_into().ok()),
        );
        let range = range.filter(|&(from, to)| from <= to && to <= file.len());
        let (from, to) = range.ok_or_else(|| missing(location))?;
        Ok(file.slice(from..to))
    }
}

fn named<'a>(files: &'a BTreeMap<String, Bytes>, location: &str) -> Reading<&'a Bytes> {
    let last = location.rsplit('/').next().unwrap_or(location);
    let found = files.get(location).or_else(|| files.get(last));
    found.ok_or_else(|| missing(location))
}

/// Why a tensor's data can't be had.
pub fn missing(location: &str) -> Message {
    message!("reason-tensor-data-missing", location = location)
}

/// The model with all that its tensors keep in other files; the same bytes where they keep nothing there. Bytes that are no model are left as
/// they are, for [`read`](crate::onnx::read()) to say so.
///
/// Errors: [`Error::BadModel`] where a file is missing or too short, or lies outside the model's folder, or where tensors ask for more than
/// their files justify.
pub fn embed(model: Bytes, data: &dyn ExternalData) -> Result<Bytes> {
    let mut embedding = Embedding {
        data,
        sizes: BTreeMap::new(),
        taken: 0,
    };
    let Some(whole) = embedding.message(&model, Kind::Model, MAX_DEPTH)? else {
        return Ok(model);
    };
    let mut out = Vec::with_capacity(whole.length);
    for part in whole.parts {
        out.extend_from_slice(&part);
    }
    Ok(out.into())
}

/// The messages on the way to tensors.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Model,
    Graph,
    Function,
    Node,
    Attribute,
    Sparse,
    Tensor,
}

impl Kind {
    /// What a field holds, by its number in `onnx.proto`.
    fn inside(self, field: u32) -> Option<Kind> {
        Some(match (self, field) {
            (Kind::Model, 7) => Kind::Graph,
            (Kind::Model, 25) => Kind::Function,
            (Kind::Graph, 1) | (Kind::Function, 7) => Kind::Node,
            (Kind::Graph, 5) => Kind::Tensor,
            (Kind::Graph, 15) => Kind::Sparse,
            (Kind::Function, 11) | (Kind::Node, 5) => Kind::Attribute,
            (Kind::Attribute, 5 | 10) => Kind::Tensor,
            (Kind::Attribute, 6 | 11) => Kind::Graph,
            (Kind::Attribute, 22 | 23) => Kind::Sparse,
            (Kind::Sparse, 1 | 2) => Kind::Tensor,
            _ => return None,
        })
    }
}

/// Bytes in parts, so that large ones are copied once.
#[derive(Default)]
struct Parts {
    parts: Vec<Bytes>,
    length: usize,
}

impl Parts {
    fn push(&mut self, part: Bytes) {
        self.length += part.len();
        self.parts.push(part);
    }

    /// A field of a message.
    fn field(&mut self, number: u32, content: Parts) {
        let mut key = Vec::new();
        encode_key(number, WireType::LengthDelimited, &mut key);
        encode_varint(content.length as u64, &mut key);
        self.push(key.into());
        self.length += content.length;
        self.parts.extend(content.parts);
    }
}

struct Embedding<'a> {
    data: &'a dyn ExternalData,
    /// Of the files so far.
    sizes: BTreeMap<String, u64>,
    /// Bytes so far.
    taken: u64,
}

impl Embedding<'_> {
    /// A message with its tensors' data; `None` where it stays as it is.
    fn message(&mut self, bytes: &Bytes, kind: Kind, depth: usize) -> Result<Option<Parts>> {
        if kind == Kind::Tensor {
            return self.tensor(bytes);
        }
        let Some(depth) = depth.checked_sub(1) else {
            return Ok(None);
        };
        let mut changed = Parts::default();
        let mut rest = bytes.clone();
        // Where what is not copied yet begins.
        let mut begin = 0;
        while !rest.is_empty() {
            let start = bytes.len() - rest.len();
            let Some((field, content)) = field(&mut rest) else {
                return Ok(None);
            };
            let Some((kind, content)) = kind.inside(field).zip(content) else {
                continue;
            };
            if let Some(inner) = self.message(&content, kind, depth)? {
                changed.push(bytes.slice(begin..start));
                changed.field(field, inner);
                begin = bytes.len() - rest.len();
            }
        }
        if begin == 0 {
            return Ok(None);
        }
        changed.push(bytes.slice(begin..));
        Ok(Some(changed))
    }

    fn tensor(&mut self, bytes: &Bytes) -> Result<Option<Parts>> {
        let Ok(mut tensor) = proto::Tensor::decode(bytes.clone()) else {
            return Ok(None);
        };
        if tensor.data_location != Some(EXTERNAL) {
            return Ok(None);
        }
        let name = tensor.name.clone().unwrap_or_default();
        let data = self.data_of(&tensor).map_err(|why| {
            Error::BadModel(message!(
                "error-bad-named-tensor",
                name = name,
                reason = why
            ))
        })?;
        tensor.external_data.clear();
        tensor.data_location = None;
        tensor.raw_data = None;
        let mut whole = Parts::default();
        whole.push(tensor.encode_to_vec().into());
        let mut raw = Parts::default();
        raw.push(data);
        whole.field(9, raw);
        Ok(Some(whole))
    }

    /// The bytes of a tensor's elements.
    fn data_of(&mut self, tensor: &proto::Tensor) -> Reading<Bytes> {
        let mut entries = BTreeMap::new();
        for bytes in &tensor.external_data {
            let entry = proto::Entry::decode(bytes.clone())
                .map_err(|_| message!("reason-tensor-damaged"))?;
            entries.insert(
                entry.key.unwrap_or_default(),
                entry.value.unwrap_or_default(),
            );
        }
        let location = entries.remove("location").unwrap_or_default();
        check_location(&location)?;
        let number = |name: &str| {
            let text = entries.get(name).filter(|text| !text.is_empty());
            let number = text.map(|text| text.trim().parse::<u64>());
            number
                .transpose()
                .map_err(|_| message!("reason-tensor-damaged"))
        };
        let offset = number("offset")?.unwrap_or(0);
        let size = self.data.size(&location)?;
        let expected = byte_count(tensor);
        let length = match number("length")?.or(expected) {
            Some(length) => length,
            None => size.saturating_sub(offset),
        };
        if let Some(expected) = expected.filter(|&expected| expected != length) {
            return Err(message!(
                "reason-tensor-data-length",
                given = length,
                expected = expected
            ));
        }
        let end = offset.saturating_add(length);
        if end > size {
            return Err(message!(
                "reason-tensor-data-short",
                location = location,
                size = size,
                end = end
            ));
        }
        self.sizes.insert(location.clone(), size);
        let all: u64 = self.sizes.values().sum();
        self.taken = self.taken.saturating_add(length);
        if self.taken > all.saturating_mul(MOST_TIMES) {
            return Err(message!("reason-tensor-data-repeated", location = location));
        }
        self.data.read(&location, offset, length)
    }
}

/// The next field of a message: its number, and its content where that is bytes. `None` where the message is damaged.
fn field(rest: &mut Bytes) -> Option<(u32, Option<Bytes>)> {
    let (field, wire) = decode_key(rest).ok()?;
    let skipped = match wire {
        WireType::Varint => {
            decode_varint(rest).ok()?;
            0
        }
        WireType::ThirtyTwoBit => 4,
        WireType::SixtyFourBit => 8,
        WireType::LengthDelimited => {
            let length = usize::try_from(decode_varint(rest).ok()?).ok()?;
            let is_there = length <= rest.len();
            return is_there.then(|| (field, Some(rest.split_to(length))));
        }
        WireType::StartGroup | WireType::EndGroup => return None,
    };
    (skipped <= rest.len()).then(|| rest.split_to(skipped))?;
    Some((field, None))
}

/// The bytes that a tensor's elements take, where its element type is known here.
fn byte_count(tensor: &proto::Tensor) -> Option<u64> {
    let size = DType::from_onnx(tensor.data_type.unwrap_or(0)).size()? as u64;
    let sizes = tensor.dims.iter().map(|&d| u64::try_from(d).ok());
    sizes
        .into_iter()
        .try_fold(size, |count, size| count.checked_mul(size?))
}

/// An error for a location that is not inside the model's folder.
fn check_location(location: &str) -> Reading<()> {
    let is_inside = !location.is_empty()
        && !location.starts_with('/')
        && !location.contains(['\\', '\0'])
        && !location.split('/').any(|part| part == "..")
        // A drive of Windows.
        && location.as_bytes().get(1) != Some(&b':');
    match is_inside {
        true => Ok(()),
        false => Err(outside(location)),
    }
}

/// Why a file is not read.
pub fn outside(location: &str) -> Message {
    message!("reason-tensor-data-outside", location = location)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_locations_inside_the_folder_are_read() {
        for location in ["weights.bin", "./weights.bin", "a/b..c", "..weights"] {
            assert!(check_location(location).is_ok(), "{location}");
        }
        for location in [
            "",
            "/etc/passwd",
            "../weights",
            "a/../../b",
            "a\\b",
            "C:x",
            "..",
            "a\0",
        ] {
            assert!(check_location(location).is_err(), "{location}");
        }
    }
}
