//! Test vectors that other tools made: length-prefixed records, numbers as little-endian u32.

use bytes::{Buf, Bytes};
use secateur::onnx;
use secateur::tensor::Tensor;

pub fn number(file: &mut Bytes) -> usize {
    file.get_u32_le() as usize
}

pub fn record(file: &mut Bytes) -> Bytes {
    let length = number(file);
    file.split_to(length)
}

pub fn text(file: &mut Bytes) -> String {
    String::from_utf8(record(file).to_vec()).unwrap()
}

/// A list of `TensorProto`s.
pub fn tensors(file: &mut Bytes) -> Vec<Tensor> {
    let count = number(file);
    (0..count)
        .map(|_| onnx::read_tensor(record(file)).unwrap())
        .collect()
}
