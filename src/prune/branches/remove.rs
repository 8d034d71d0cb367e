//! The model without branches, and the dense one in which they contribute nothing.

use super::{Branch, Bypasses};
use crate::error::{Error, Result};
use crate::graph::Graph;
use crate::tensor::Tensor;

/// The model without these branches: their nodes and weights are gone. What is left has the names, the shapes and the numbers that
/// it had.
pub fn remove<'b>(graph: &Graph, removed: impl IntoIterator<Item = &'b Branch>) -> Graph {
    let bypasses = Bypasses::new(graph, removed);
    let mut packed = graph.clone();
    for &value in bypasses.0.keys() {
        packed.replace_uses(value, bypasses.resolve(value));
    }
    packed.drop_unused();
    packed
}

/// The dense model in which each of these branches hands on the number that changes nothing. All nodes and weights are there.
///
/// Fails with [`Error::BadModel`] where a branch ends in numbers of a type that can't be stored.
pub fn mask<'b>(graph: &Graph, removed: impl IntoIterator<Item = &'b Branch>) -> Result<Graph> {
    let mut masked = graph.clone();
    for branch in removed {
        let node = &graph.nodes[branch.node];
        let ty = node.output(0).and_then(|id| graph.value(id).ty.as_ref());
        let neutral = Tensor::from_f32(&[], vec![branch.neutral]);
        let neutral = ty.and_then(|ty| neutral.cast(ty.dtype));
        let neutral = neutral
            .ok_or_else(|| Error::BadModel(message!("error-not-stored", name = branch.name)))?;
        let neutral = masked.add_constant(&format!("{}_neutral", branch.name), neutral);
        let inputs = masked.nodes[branch.node].inputs.iter_mut().enumerate();
        for (_, input) in inputs.filter(|(at, input)| *at != branch.carried && input.is_some()) {
            *input = Some(neutral);
        }
    }
    Ok(masked)
}
