//! What the totals leave out: nodes that may multiply and add, whose operator or shapes nobody knows.

use crate::graph::{Graph, Node};
use crate::message::{Message, quoted};
use crate::ops::operator;
use serde::Serialize;

/// How many nodes a warning names.
const NAMED: usize = 3;

/// A node that is not counted.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct Uncounted {
    /// The node's name, or the name of its first output where it has none.
    pub node: String,
    /// `Domain.OpType`, the default domain left out.
    pub operator: String,
    /// Whether the operator is known and multiplies, so that only its shapes are missing.
    pub multiplies: bool,
    /// Why: a half-sentence about the node.
    pub reason: Message,
}

/// The nodes whose multiply-adds the totals leave out, in the graph's order.
pub fn uncounted(graph: &Graph) -> Vec<Uncounted> {
    let nodes = graph.nodes.iter();
    nodes.filter_map(|node| left_out(graph, node)).collect()
}

fn left_out(graph: &Graph, node: &Node) -> Option<Uncounted> {
    let (multiplies, reason) = match operator(node, graph.opset()) {
        Ok(Some(operator)) => {
            let values = node.inputs.iter().chain(&node.outputs).flatten();
            let open = |value| graph.value(value).ty.is_none();
            let unknown = operator.multiplies() && values.copied().any(open);
            unknown.then_some((true, message!("reason-node-no-shapes")))?
        }
        _ => (false, message!("reason-node-unknown")),
    };
    Some(Uncounted {
        node: graph.node_label(node),
        operator: node.operator_name(),
        multiplies,
        reason,
    })
}

/// A sentence about the totals, where they leave something out.
pub fn warning(uncounted: &[Uncounted]) -> Option<Message> {
    (!uncounted.is_empty()).then(|| {
        message!(
            "warning-uncounted",
            count = uncounted.len(),
            nodes = quoted(uncounted.iter().take(NAMED).map(|left| left.node.clone())),
            others = uncounted.len().saturating_sub(NAMED)
        )
    })
}
