//! Where pictures come from: folders and what they stand for, picture files, IDX files, sprite sheets. The browser decodes
//! pictures itself, so the page uses only what tells classes and splits apart, and IDX files.

mod class_folders;
#[cfg(not(target_arch = "wasm32"))]
mod color_profile;
mod dataset_layout;
#[cfg(not(target_arch = "wasm32"))]
pub mod decode;
#[cfg(not(target_arch = "wasm32"))]
mod folder;
pub mod idx;
#[cfg(not(target_arch = "wasm32"))]
pub mod idx_files;
#[cfg(not(target_arch = "wasm32"))]
mod sprite_sheet;

pub use class_folders::{classes_of_folders, outputs};
pub use dataset_layout::{DatasetEntry, dataset_layout};
#[cfg(not(target_arch = "wasm32"))]
pub use folder::Folder;
