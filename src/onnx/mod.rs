//! ONNX bytes to [`crate::graph::Graph`] and back.
//!
//! The format is protocol buffers, as `onnx.proto` of the ONNX project specifies it. Parts that mean nothing to us
//! are kept as the bytes they came in and written again.

mod constants;
mod contrib;
mod fixed_batch;
mod format;
mod inline;
mod names;
mod open;
mod read;
mod refusal;
mod rename;
mod sniff;
mod write;

pub use format::external::{ExternalData, embed};
#[cfg(not(target_arch = "wasm32"))]
pub use format::external_folder::ExternalFolder;
pub use inline::resolved_operators;
pub use open::{OpenOptions, Opened, open, open_axes};
pub use read::{read, read_tensor};
pub use write::{write, write_with};
