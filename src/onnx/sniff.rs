//! What bytes that are no ONNX model might be instead, to say so in the message.

use crate::Error;
use crate::message::Message;
use prost::encoding::{decode_key, decode_varint};

/// The error for bytes that do not decode.
pub fn not_onnx(bytes: &[u8]) -> Error {
    Error::NotOnnx(match (other_format(bytes), is_cut_off(bytes)) {
        (Some(format), _) => message!("error-other-format", what = format),
        (None, true) => message!("error-file-cut-off"),
        (None, false) => message!("error-not-onnx"),
    })
}

/// The format that the first bytes tell of, as an entry of the catalog.
fn other_format(bytes: &[u8]) -> Option<Message> {
    const STARTS: &[(&[u8], &str)] = &[
        (b"\xff\xd8\xff", "format-jpeg"),
        (b"\x89PNG", "format-png"),
        (b"GIF8", "format-gif"),
        (b"RIFF", "format-riff"),
        (b"%PDF", "format-pdf"),
        (b"PK\x03\x04", "format-zip"),
        (b"\x1f\x8b", "format-gzip"),
        (b"\x89HDF", "format-hdf5"),
        (b"\x80\x02", "format-old-pickle"),
        (b"\x80\x03", "format-pickle"),
        (b"\x80\x04", "format-pickle"),
        (b"\x80\x05", "format-pickle"),
        (b"\x93NUMPY", "format-numpy"),
        (b"version https://git-lfs", "format-lfs"),
        (b"<", "format-xml"),
        (b"{", "format-json"),
        (b"[", "format-json"),
    ];
    let text = bytes.trim_ascii_start();
    for (start, what) in STARTS {
        let textual = start.len() == 1 || start[0].is_ascii_alphabetic();
        if bytes.starts_with(start) || textual && text.starts_with(start) {
            return Some(Message::new(what, []));
        }
    }
    match bytes.get(4..8) {
        Some(b"TFL3") => Some(message!("format-tflite")),
        Some(b"ORTM") => Some(message!("format-ort")),
        _ if is_safetensors(bytes) => Some(message!("format-safetensors")),
        _ => None,
    }
}

/// Whether the length of a header stands in front, in 8 bytes, the lowest first, and then that header, which is JSON
/// (<https://github.com/huggingface/safetensors#format>).
fn is_safetensors(bytes: &[u8]) -> bool {
    let Some((length, header)) = bytes.split_first_chunk::<8>() else {
        return false;
    };
    header.first() == Some(&b'{') && u64::from_le_bytes(*length) <= header.len() as u64
}

/// Whether a field of the outermost message claims to go on past the end of the file.
fn is_cut_off(mut bytes: &[u8]) -> bool {
    while !bytes.is_empty() {
        let Ok((field, wire)) = decode_key(&mut bytes) else {
            return bytes.is_empty();
        };
        if field > 30 {
            return false;
        }
        let length = match wire as u8 {
            0 => match decode_varint(&mut bytes) {
                Ok(_) => 0,
                Err(_) => return bytes.len() < 10,
            },
            1 => 8,
            2 => match decode_varint(&mut bytes) {
                Ok(length) => length,
                Err(_) => return bytes.len() < 10,
            },
            5 => 4,
            _ => return false,
        };
        match usize::try_from(length).ok().and_then(|n| bytes.get(n..)) {
            Some(rest) => bytes = rest,
            // No honest file is past 2 GiB: that is protobuf's own limit.
            None => return length < 1 << 31,
        }
    }
    false
}
