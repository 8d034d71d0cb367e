//! What bytes that are no ONNX model might be instead, to say so in the message.

use crate::Error;
use prost::encoding::{decode_key, decode_varint};

/// The error for bytes that do not decode.
pub fn not_onnx(bytes: &[u8]) -> Error {
    let why: String = match (other_format(bytes), is_cut_off(bytes)) {
        (Some(what), _) => format!("this is not an ONNX model: it looks like {what}"),
        (None, true) => {
            "the file stops in the middle of a model: it was cut off, perhaps while it was \
                         downloaded; get it again"
                .into()
        }
        (None, false) => "this is not an ONNX model, or it is damaged".into(),
    };
    Error::NotOnnx(why.into())
}

/// Names the format that the first bytes tell of.
fn other_format(bytes: &[u8]) -> Option<&'static str> {
    const STARTS: &[(&[u8], &str)] = &[
        (b"\xff\xd8\xff", "a JPEG photo"),
        (b"\x89PNG", "a PNG picture"),
        (b"GIF8", "a GIF picture"),
        (b"RIFF", "a WebP picture or a sound"),
        (b"%PDF", "a PDF document"),
        (
            b"PK\x03\x04",
            "a zip archive (a PyTorch checkpoint is one: export it with torch.onnx.export)",
        ),
        (b"\x1f\x8b", "a gzip archive: unpack it first"),
        (
            b"\x89HDF",
            "an HDF5 file (Keras saves these: convert it with tf2onnx)",
        ),
        (
            b"\x80\x02",
            "a Python pickle (an old PyTorch checkpoint: export it with torch.onnx.export)",
        ),
        (b"\x80\x03", "a Python pickle"),
        (b"\x80\x04", "a Python pickle"),
        (b"\x80\x05", "a Python pickle"),
        (b"\x93NUMPY", "a numpy array"),
        (
            b"version https://git-lfs",
            "a Git LFS pointer: fetch the file itself with git lfs pull",
        ),
        (b"<", "a web page or XML: perhaps an error page was saved"),
        (b"{", "JSON"),
        (b"[", "JSON"),
    ];
    let text = bytes.trim_ascii_start();
    for (start, what) in STARTS {
        let textual = start.len() == 1 || start[0].is_ascii_alphabetic();
        if bytes.starts_with(start) || textual && text.starts_with(start) {
            return Some(what);
        }
    }
    match bytes.get(4..8) {
        Some(b"TFL3") => Some("a TensorFlow Lite model (convert it with tf2onnx)"),
        Some(b"ORTM") => {
            Some("a model in ONNX Runtime's own format: take the .onnx file it was made from")
        }
        _ if is_safetensors(bytes) => {
            Some("a safetensors file, which holds weights and no network")
        }
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
