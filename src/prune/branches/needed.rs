//! What a model still needs once branches are gone.

use super::{Branch, Bypasses};
use crate::graph::Graph;

/// The nodes and values that the outputs need.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Needed {
    /// By place in [`Graph::nodes`].
    pub nodes: Vec<bool>,
    /// By place in [`Graph::values`].
    pub values: Vec<bool>,
}

impl Needed {
    /// Of a model whose nodes are in order, without these branches.
    pub fn without<'b>(graph: &Graph, removed: impl IntoIterator<Item = &'b Branch>) -> Self {
        Self::behind(graph, &Bypasses::new(graph, removed))
    }

    pub(super) fn behind(graph: &Graph, bypasses: &Bypasses) -> Self {
        let mut values = vec![false; graph.values.len()];
        let mut nodes = vec![false; graph.nodes.len()];
        for &output in &graph.outputs {
            values[bypasses.resolve(output).0 as usize] = true;
        }
        for (at, node) in graph.nodes.iter().enumerate().rev() {
            let mut outputs = node.outputs.iter().flatten();
            nodes[at] = outputs.any(|id| values[id.0 as usize]);
            if nodes[at] {
                for value in node.reads() {
                    values[bypasses.resolve(value).0 as usize] = true;
                }
            }
        }
        Needed { nodes, values }
    }
}
