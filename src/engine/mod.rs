//! Runs a model: a plan is made once for a batch size, then run as often as one likes.

mod arena;
mod fuse;
mod plan;
mod run;
mod settle;
mod tape;

pub use run::Executor;
pub(crate) use tape::room;
pub use tape::{Normalization, Parameter, Tape};

use std::collections::BTreeMap;

/// How a model is to be run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// Samples in one run: what a symbol at the first axis of an input stands for.
    pub batch: usize,
    /// What other symbols in the inputs' shapes stand for.
    pub sizes: BTreeMap<String, usize>,
    /// Names of intermediate values that can be read after a run.
    pub keep: Vec<String>,
    /// Whether neighboring nodes may be computed in one go.
    pub fuse: bool,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            batch: 1,
            sizes: BTreeMap::new(),
            keep: Vec::new(),
            fuse: true,
        }
    }
}
