//! Shape inference over the whole graph.

use crate::graph::{Dim, Graph, Node, ValueId};
use crate::message::Message;
use crate::ops::{Extent, Known, Operator, known, operator};
use crate::tensor::Tensor;
use crate::{Error, Result};
use std::convert::Infallible;
use std::sync::Arc;

/// What whole-graph inference found besides types, by value.
pub struct Found {
    /// Tensors that do not depend on the model's inputs, where they are small enough to compute here.
    pub constants: Vec<Option<Arc<Tensor>>>,
    /// Elements of tensors that hold sizes.
    pub sizes: Vec<Option<Vec<Extent>>>,
}

/// Elements that may be computed at load time besides as many as the file stores: a few bytes can ask for
/// gigabytes (`ConstantOfShape`, `Expand`).
const FREE_ELEMENTS: usize = 1 << 18;

/// Infers the type of every value from the model's inputs and stored tensors, and overwrites the ones stated.
/// What operators unknown to us make keeps the type that the file states, if any.
///
/// Fails where shapes contradict each other or an operator's attributes are wrong, naming the node.
pub fn infer(graph: &mut Graph) -> Result<Found> {
    infer_or(graph, |graph, node, why| Err(at_node(graph, node, why)))
}

/// What holds at any sizes of the axes that have symbols. What operators that are known make has no type where nothing tells it at any
/// size: neither the types that the file states for it count nor failures, since both may come from sizes that are not these.
pub fn infer_at_any_size(graph: &mut Graph) -> Found {
    let opset = graph.opset();
    for n in 0..graph.nodes.len() {
        if matches!(operator(&graph.nodes[n], opset), Ok(Some(_))) {
            for id in graph.nodes[n].outputs.clone().into_iter().flatten() {
                graph.value_mut(id).ty = None;
            }
        }
    }
    let Ok(found) = infer_or::<Infallible>(graph, |_, _, _| Ok(()));
    found
}

/// Infers all types; `failed` says what becomes of a node whose operator fails.
fn infer_or<E>(
    graph: &mut Graph,
    failed: impl Fn(&Graph, &Node, Message) -> Result<(), E>,
) -> Result<Found, E> {
    let stored = graph.values.iter().filter_map(|v| v.constant.as_ref());
    let mut budget = stored.fold(FREE_ELEMENTS, |sum, t| sum.saturating_add(t.len()));
    let mut found = Found {
        constants: graph.values.iter().map(|v| v.constant.clone()).collect(),
        sizes: vec![None; graph.values.len()],
    };
    for n in 0..graph.nodes.len() {
        let node = &graph.nodes[n];
        let outputs = match outputs(graph, node, &found, &mut budget) {
            Ok(outputs) => outputs,
            Err(why) => {
                failed(graph, node, why)?;
                continue;
            }
        };
        for (id, known) in node.outputs.clone().into_iter().zip(outputs) {
            if let Some(id) = id {
                let known = named(known.settled(), &graph.value(id).name);
                graph.value_mut(id).ty = Some(known.ty);
                found.constants[id.0 as usize] = known.constant;
                found.sizes[id.0 as usize] = known.sizes;
            }
        }
    }
    Ok(found)
}

/// What is known of a node's outputs; none where its operator is unknown, or something that it reads.
fn outputs(
    graph: &Graph,
    node: &Node,
    found: &Found,
    budget: &mut usize,
) -> Result<Vec<Known>, Message> {
    let Some(operator) = operator(node, graph.opset())? else {
        return Ok(Vec::new());
    };
    let known = |id: ValueId| found.known(graph, id);
    let inputs: Vec<Option<Known>> = node.inputs.iter().map(|id| known((*id)?)).collect();
    let mut present = node
        .inputs
        .iter()
        .zip(&inputs)
        .filter(|(id, _)| id.is_some());
    if present.any(|(_, known)| known.is_none()) {
        return Ok(Vec::new());
    }
    let outputs = operator.infer(&inputs)?;
    for output in &outputs {
        known::check(&output.ty)?;
    }
    // Sliding operators are left to the run: their work is not told by the sizes of their tensors.
    let cost = cost(&*operator, &inputs, &outputs).filter(|_| !operator.slides());
    if let Some(cost) = cost.filter(|&cost| cost <= *budget) {
        let tensors: Vec<_> = inputs
            .iter()
            .map(|k| k.as_ref()?.constant.as_deref())
            .collect();
        if let Ok(tensors) = operator.evaluate(&tensors) {
            *budget -= cost;
            let constants = tensors.into_iter().map(|t| Known::of(Arc::new(t)));
            return Ok(constants.collect());
        }
    }
    Ok(outputs)
}

/// The same with a name for each size that has none: that of the value and the axis.
fn named(mut known: Known, value: &str) -> Known {
    for (axis, dim) in known.ty.shape.iter_mut().enumerate() {
        if *dim == Dim::unnamed() {
            // An asterisk would make a product of it.
            *dim = Dim::symbol(&format!("{}.{axis}", value.replace('*', "_")));
        }
    }
    known
}

impl Found {
    fn known(&self, graph: &Graph, id: ValueId) -> Option<Known> {
        let at = id.0 as usize;
        if let Some(constant) = &self.constants[at] {
            return Some(Known::of(constant.clone()));
        }
        let ty = graph.value(id).ty.clone()?;
        Some(Known {
            ty,
            constant: None,
            sizes: self.sizes[at].clone(),
        })
    }
}

/// What computing a node now would cost: the elements it makes and its multiply-adds. `None` where its inputs are
/// not all constant.
fn cost(operator: &dyn Operator, inputs: &[Option<Known>], outputs: &[Known]) -> Option<usize> {
    let given = || inputs.iter().flatten();
    if outputs.is_empty() || given().any(|known| known.constant.is_none()) {
        return None;
    }
    let shapes: Vec<_> = inputs
        .iter()
        .map(|k| k.as_ref()?.ty.known_shape())
        .collect();
    let first = outputs[0].ty.known_shape()?;
    let macs = usize::try_from(operator.macs(&shapes, &first)).ok()?;
    let counts = outputs
        .iter()
        .map(|k| Some(k.ty.known_shape()?.iter().product::<usize>()));
    counts.sum::<Option<usize>>()?.checked_add(macs)
}

/// A failure of one node in the user's words.
pub fn at_node(graph: &Graph, node: &Node, why: Message) -> Error {
    let label = graph.node_label(node);
    Error::BadModel(message!(
        "error-node",
        node = label,
        operator = node.op_type,
        reason = why
    ))
}
