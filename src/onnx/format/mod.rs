//! The file format: messages of `onnx.proto`, the tensors and attributes in them, and data kept beside the model's file.

pub mod attribute;
pub mod declared;
pub mod external;
#[cfg(not(target_arch = "wasm32"))]
pub mod external_folder;
pub mod proto;
pub mod sparse;
pub mod tensor;
