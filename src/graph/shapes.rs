//! Shape inference over the whole graph.

use super::{Dim, Graph, Node, ValueId};
use crate::error::UnsupportedOperator;
use crate::ops::{Known, operator};
use crate::{Error, Result};

/// Infers the type of every value from the model's inputs and stored tensors, and overwrites the ones stated.
/// What operators unknown to us make keeps the type that the file states, if any.
///
/// Fails where shapes contradict each other or an operator's attributes are wrong, naming the node.
pub fn infer(graph: &mut Graph) -> Result<()> {
    visit(graph, &mut |_, _, _| {})
}

/// The same, handing `with` each node's place and what is known of its outputs, while it is known.
pub fn visit(graph: &mut Graph, with: &mut dyn FnMut(&Graph, usize, &[Known])) -> Result<()> {
    let opset = graph.opset();
    let mut sizes: Vec<Option<Vec<Dim>>> = vec![None; graph.values.len()];
    for n in 0..graph.nodes.len() {
        let node = &graph.nodes[n];
        let fail = |why| at_node(graph, node, why);
        let Some(operator) = operator(node, opset).map_err(fail)? else {
            continue;
        };
        let known = |id: ValueId| {
            let value = graph.value(id);
            Some(Known {
                ty: value.ty.clone()?,
                constant: value.constant.clone(),
                sizes: sizes[id.0 as usize]
                    .clone()
                    .or_else(|| constant_sizes(graph, id)),
            })
        };
        let inputs: Vec<Option<Known>> = node.inputs.iter().map(|id| known((*id)?)).collect();
        let all_known = node
            .inputs
            .iter()
            .zip(&inputs)
            .all(|(id, k)| id.is_none() || k.is_some());
        let outputs = match all_known {
            true => operator
                .infer(&inputs)
                .map_err(|why| at_node(graph, node, why))?,
            false => Vec::new(),
        };
        with(graph, n, &outputs);
        let ids: Vec<_> = node.outputs.iter().copied().collect();
        for (id, known) in ids.into_iter().zip(outputs) {
            if let Some(id) = id {
                graph.value_mut(id).ty = Some(known.ty);
                sizes[id.0 as usize] = known.sizes;
            }
        }
    }
    Ok(())
}

/// A failure of one node in the user's words.
pub fn at_node(graph: &Graph, node: &Node, why: String) -> Error {
    let label = graph.node_label(node);
    Error::BadModel(format!("node “{label}” ({}) {why}", node.op_type))
}

/// The elements of a small stored integer tensor.
fn constant_sizes(graph: &Graph, id: ValueId) -> Option<Vec<Dim>> {
    let tensor = graph.constant(id)?;
    if tensor.shape().len() > 1 || tensor.len() > 64 {
        return None;
    }
    let sizes = tensor
        .integers()?
        .into_iter()
        .map(|n| usize::try_from(n).ok().map(Dim::Known));
    sizes.collect()
}

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
                operator: match node.domain.is_empty() {
                    true => node.op_type.clone(),
                    false => format!("{}.{}", node.domain, node.op_type),
                },
                opset: self.opsets.get(&node.domain).copied().unwrap_or(0),
            })
            .collect()
    }
}
