//! Secateur's core: reads an ONNX model, scores its weights and channels, masks the weak ones,
//! re-packs what is left into a smaller model, runs both, and writes ONNX again.
//!
//! Imports run downwards in this order; only `web` and the native command know their surroundings.

#[macro_use]
pub mod message;

pub mod error;
pub mod random;
pub mod tensor;

pub use secateur_kernels as kernels;

pub mod graph;

pub mod dataset;
pub mod ops;

pub mod onnx;

pub mod cost;
pub mod engine;
pub mod task;

pub mod eval;
pub mod train;

pub mod prune;
pub mod recipe;

pub mod data;
pub mod recover;
pub mod search;

#[cfg(target_arch = "wasm32")]
pub mod api;
#[cfg(target_arch = "wasm32")]
pub mod web;

#[cfg(all(feature = "command", not(target_arch = "wasm32")))]
#[macro_use]
pub mod text;

pub use error::{Error, Result};
