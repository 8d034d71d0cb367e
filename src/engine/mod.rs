//! Runs a model: a plan is made once for a batch size, then run as often as one likes.

mod arena;
mod fuse;
mod plan;
mod run;
mod settle;
mod tape;

pub use run::{Executor, StepInfo};
pub(crate) use tape::room;
pub use tape::{Normalization, Parameter, Tape};

use crate::graph::{Dim, Graph};
use crate::tensor::Tensor;
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

impl Options {
    /// What it takes to run a model on these inputs: each symbol stands for the size that the first input with it has.
    pub fn for_inputs(graph: &Graph, inputs: &[Tensor]) -> Self {
        let mut options = Options::default();
        for (&id, tensor) in graph.inputs.iter().zip(inputs) {
            let dims = graph.value(id).ty.iter().flat_map(|ty| &ty.shape);
            for (dim, &size) in dims.zip(tensor.shape()) {
                if let Dim::Symbol(name) = dim {
                    options.sizes.entry(name.to_string()).or_insert(size);
                }
            }
        }
        options
    }
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
