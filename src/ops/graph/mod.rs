//! What follows for a whole graph from what its operators say: the shapes of all values, what can be computed at once,
//! how a classifier ends.

mod classifier;
pub mod fold;
pub mod shapes;
pub mod sizes;

use super::{Operator, StoredStatistics, described, operator};
use crate::error::UnsupportedOperator;
use crate::graph::{Graph, Node};

impl Graph {
    /// The nodes whose operators are not known here.
    pub fn unsupported(&self) -> Vec<UnsupportedOperator> {
        let unknown = self
            .nodes
            .iter()
            .filter(|node| matches!(operator(node, self.opset()), Ok(None)));
        unknown
            .map(|node| UnsupportedOperator {
                node: self.node_label(node),
                operator: node.operator_name(),
                opset: self.opsets.get(&node.domain).copied().unwrap_or(0),
            })
            .collect()
    }

    /// What a node's operator says of itself, as [`described`] gives it.
    pub fn described(&self, node: &Node) -> Option<Box<dyn Operator>> {
        described(node, self.opset())
    }

    /// Where a node's stored statistics are, if it normalizes by such (BatchNormalization).
    pub fn stored_statistics(&self, node: &Node) -> Option<StoredStatistics> {
        self.described(node)?.stored_statistics()
    }

    /// The nodes that normalize by stored statistics (BatchNormalization), in the graph's order.
    pub fn batch_norms(&self) -> impl Iterator<Item = &Node> {
        let nodes = self.nodes.iter();
        nodes.filter(|node| self.stored_statistics(node).is_some())
    }
}
