//! From a photo to what a model takes: presets, pixels, augmentation, splits, and where pictures come from.

pub mod augment;
mod classes;
pub mod guess;
mod hold_out;
pub mod image;
pub mod pictures;
pub mod preset;
mod sources;
mod split;

pub use augment::Augmentation;
pub use guess::Guess;
pub use pictures::{Pictures, Stack};
pub use preset::{ChannelOrder, Crop, Layout, Preset};
pub use sources::{DatasetEntry, classes_of_folders, dataset_layout, idx, outputs};
#[cfg(not(target_arch = "wasm32"))]
pub use sources::{Folder, decode, idx_files};
pub use split::Split;
