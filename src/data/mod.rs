//! From a photo to what a model takes: presets, pixels, and (natively) picture files.

mod classes;
#[cfg(not(target_arch = "wasm32"))]
pub mod decode;
pub mod guess;
pub mod image;
pub mod preset;

pub use guess::Guess;
pub use preset::{ChannelOrder, Crop, Layout, Preset};
