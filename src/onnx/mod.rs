//! ONNX bytes to [`crate::graph::Graph`] and back.
//!
//! The format is protocol buffers, as `onnx.proto` of the ONNX project specifies it. Parts that mean nothing to us
//! are kept as the bytes they came in and written again.

mod attribute;
mod constants;
mod contrib;
mod declared;
mod fixed_batch;
mod functions;
mod open;
mod proto;
mod read;
mod refusal;
mod sniff;
mod sparse;
mod tensor;
mod write;

pub use open::{OpenOptions, Opened, open};
pub use read::{read, read_tensor};
pub use write::write;
