//! An ONNX file taken apart as far as the record needs it: the metadata here, all the rest there.

/// The field of `ModelProto` that holds the metadata.
const METADATA: u64 = 14;

/// A model's file in two parts.
pub struct Parts {
    /// The file without its metadata, byte for byte.
    pub rest: Vec<u8>,
    pub metadata: Vec<(String, String)>,
}

/// Takes a file apart. `None` where it isn't a sequence of protobuf fields.
pub fn parts(file: &[u8]) -> Option<Parts> {
    let mut parts = Parts {
        rest: Vec::new(),
        metadata: Vec::new(),
    };
    for field in fields(file) {
        let field = field?;
        match field.number {
            METADATA => parts.metadata.push(entry(field.content)?),
            _ => parts.rest.extend_from_slice(field.whole),
        }
    }
    Some(parts)
}

/// A `StringStringEntryProto`.
fn entry(message: &[u8]) -> Option<(String, String)> {
    let mut entry = (String::new(), String::new());
    for field in fields(message) {
        let field = field?;
        let text = String::from_utf8(field.content.to_vec()).ok()?;
        match field.number {
            1 => entry.0 = text,
            2 => entry.1 = text,
            _ => return None,
        }
    }
    Some(entry)
}

struct Field<'a> {
    number: u64,
    /// With its number and length.
    whole: &'a [u8],
    /// Empty for anything but bytes, strings and messages.
    content: &'a [u8],
}

/// The fields of a message, one after the other; after one that can't be read there are none.
fn fields(message: &[u8]) -> impl Iterator<Item = Option<Field<'_>>> {
    let mut left = message;
    std::iter::from_fn(move || {
        if left.is_empty() {
            return None;
        }
        let read = first(left);
        left = read
            .as_ref()
            .map_or(&[], |field| &left[field.whole.len()..]);
        Some(read)
    })
}

fn first(bytes: &[u8]) -> Option<Field<'_>> {
    let (key, head) = varint(bytes)?;
    let (content, end) = match key & 7 {
        0 => (&[][..], head + varint(&bytes[head..])?.1),
        1 => (&[][..], head + 8),
        2 => {
            let (length, size) = varint(&bytes[head..])?;
            let start = head + size;
            let end = start.checked_add(usize::try_from(length).ok()?)?;
            (bytes.get(start..end)?, end)
        }
        5 => (&[][..], head + 4),
        _ => return None,
    };
    Some(Field {
        number: key >> 3,
        whole: bytes.get(..end)?,
        content,
    })
}

/// A number and how many bytes it takes.
fn varint(bytes: &[u8]) -> Option<(u64, usize)> {
    let mut number = 0;
    for (at, &byte) in bytes.iter().take(10).enumerate() {
        number |= u64::from(byte & 127) << (7 * at);
        if byte < 128 {
            return Some((number, at + 1));
        }
    }
    None
}
