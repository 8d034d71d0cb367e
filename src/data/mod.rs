//! From a photo to what a model takes: presets, pixels, and (natively) picture files.

pub mod augment;
mod class_folders;
mod classes;
pub mod dataset_layout;
mod dataset_split;
#[cfg(not(target_arch = "wasm32"))]
pub mod decode;
#[cfg(not(target_arch = "wasm32"))]
pub mod folder;
pub mod guess;
pub mod idx;
#[cfg(not(target_arch = "wasm32"))]
pub mod idx_files;
pub mod image;
pub mod pictures;
pub mod preset;
pub mod split;
#[cfg(not(target_arch = "wasm32"))]
mod sprite_sheet;

pub use augment::Augmentation;
pub use class_folders::{classes_of_folders, outputs};
pub use dataset_split::Split;
pub use guess::Guess;
pub use pictures::{Pictures, Stack};
pub use preset::{ChannelOrder, Crop, Layout, Preset};
