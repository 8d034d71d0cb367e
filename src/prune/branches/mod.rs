//! Branches: parts of a model that end in an operator which one of its other inputs can replace, such as the layers between a
//! residual connection's two ends. Without a branch the shapes are as before, so it can be removed whole, and nothing else has to be
//! narrower. Where few photos are at hand, whole blocks cost less quality for the time that they save than channels do (Wang and Wu,
//! “Practical Network Acceleration with Tiny Sets”, CVPR 2023).
//!
//! As with channels there are no patterns to match: an operator says which number its other inputs have to hold for one to come out
//! as it went in ([`neutral`](crate::ops::Operator::neutral)), and what feeds nothing else is the branch.

mod find;
mod needed;
mod remove;

pub use find::find;
pub use needed::Needed;
pub use remove::{mask, remove};

use crate::cost::{CostModel, Lengths};
use crate::graph::{Graph, ValueId};
use std::collections::BTreeMap;

/// A part of a model that can be removed.
#[derive(Debug, Clone, PartialEq)]
pub struct Branch {
    /// What it is called: the name of the node in which it ends.
    pub name: String,
    /// That node's place in [`Graph::nodes`].
    pub node: usize,
    /// Which input of the node takes the place of its output.
    pub carried: usize,
    /// What the other inputs hold in the masked model, so that they change nothing.
    pub neutral: f32,
    /// The places of the nodes that go where it alone is removed, in order.
    pub nodes: Vec<usize>,
}

impl Branch {
    /// The multiply-adds of one sample that are saved where it alone is removed.
    pub fn macs(&self, costs: &CostModel<'_>, lengths: &Lengths) -> u64 {
        let nodes = self.nodes.iter();
        nodes.map(|&node| costs.macs_of(node, lengths)).sum()
    }

    /// The value that is replaced, and the one that takes its place.
    fn bypass(&self, graph: &Graph) -> Option<(ValueId, ValueId)> {
        let node = &graph.nodes[self.node];
        Some((node.output(0)?, node.input(self.carried)?))
    }
}

/// Which values stand in for which: one of each branch that is removed.
#[derive(Debug, Clone, Default)]
struct Bypasses(BTreeMap<ValueId, ValueId>);

impl Bypasses {
    fn new<'b>(graph: &Graph, removed: impl IntoIterator<Item = &'b Branch>) -> Self {
        let removed = removed.into_iter();
        Bypasses(removed.filter_map(|branch| branch.bypass(graph)).collect())
    }

    /// What a value's readers read. What stands in for a value is made before it, so this comes to an end.
    fn resolve(&self, mut value: ValueId) -> ValueId {
        while let Some(&instead) = self.0.get(&value) {
            value = instead;
        }
        value
    }
}
