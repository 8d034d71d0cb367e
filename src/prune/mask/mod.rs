//! Masks: which weights stay. A mask is a value; to apply one gives a new graph that shares everything else.

mod block;
mod n_m;
mod weights;

pub use block::Blocks;
pub use n_m::n_m;
pub use weights::{WeightMask, sort_key, sort_keys};

use crate::error::{Error, Result};
use crate::graph::{Graph, ValueId};
use std::collections::BTreeMap;
use std::sync::Arc;

/// A mask for each tensor that loses weights.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Masks(pub BTreeMap<ValueId, WeightMask>);

impl Masks {
    /// What both keep.
    pub fn and(mut self, other: &Masks) -> Masks {
        for (tensor, mask) in &other.0 {
            let both = match self.0.get(tensor) {
                Some(own) => own.and(mask),
                None => mask.clone(),
            };
            self.0.insert(*tensor, both);
        }
        self
    }

    /// The model with the removed weights at zero.
    pub fn apply(&self, graph: &Graph) -> Result<Graph> {
        let mut masked = graph.clone();
        for (tensor, mask) in &self.0 {
            let value = masked.value_mut(*tensor);
            let constant = value.constant.as_ref().filter(|t| t.len() == mask.len());
            let zeroed = constant.and_then(|t| t.with_floats(&mask.apply(&t.floats()?)));
            let zeroed = zeroed.ok_or_else(|| {
                Error::BadModel(format!(
                    "the mask of “{}” does not fit the tensor of that name",
                    value.name
                ))
            })?;
            value.constant = Some(Arc::new(zeroed));
        }
        Ok(masked)
    }

    /// The masked model with the weights back that the mask had taken from the original.
    pub fn undo(&self, masked: &Graph, original: &Graph) -> Graph {
        let mut restored = masked.clone();
        for tensor in self.0.keys() {
            restored.value_mut(*tensor).constant = original.value(*tensor).constant.clone();
        }
        restored
    }
}
