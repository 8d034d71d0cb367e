//! Mending what names sizes, and inferring shapes anew.

use super::super::flow::Indices;
use super::lists;
use crate::error::{Error, Result};
use crate::graph::{Graph, TensorType};
use crate::message::Message;
use crate::ops;
use crate::ops::graph::shapes::infer;
use crate::ops::narrow::{Change, Narrowing};

/// Asks each node that touches a narrower tensor what has to change in it. Gives the names of the nodes that hold a number from then on
/// where the model computed one from its inputs' sizes.
pub fn rewrite(graph: &Graph, packed: &mut Graph, kept: &Indices) -> Result<Vec<String>> {
    let at_any_size = graph.at_any_size();
    let mut settled = Vec::new();
    for (at, node) in graph.nodes.iter().enumerate() {
        let narrowing = Narrowing {
            graph,
            node,
            kept,
            at_any_size: at_any_size.as_ref(),
        };
        let mut values = node.inputs.iter().chain(&node.outputs).flatten();
        if !values.any(|&value| narrowing.touches(value)) {
            continue;
        }
        let label = graph.node_label(node);
        let failed = |why: Message| {
            Error::BadModel(message!(
                "error-node-new-shapes",
                node = label,
                operator = node.op_type,
                reason = why
            ))
        };
        let opset = graph.opset();
        let operator = ops::operator(node, opset).map_err(failed)?;
        let operator = operator.ok_or_else(|| failed(message!("reason-operator-unknown")))?;
        for change in operator.rewrite(&narrowing).map_err(failed)? {
            match change {
                Change::Attribute(name, attribute) => {
                    packed.nodes[at].attributes.insert(name.into(), attribute);
                }
                Change::NoAttribute(name) => {
                    packed.nodes[at].attributes.remove(name);
                }
                Change::Input(input, tensor) => {
                    match lists::changed(graph, node.input(input), &tensor) {
                        Some(numbers) => lists::replace(packed, at, input, &numbers),
                        None => lists::set(packed, at, input, tensor),
                    }
                    .map_err(failed)?;
                }
                Change::Elements(input, numbers) => {
                    let lengths = node.outputs.iter().flatten();
                    let mut lengths = lengths.flat_map(|&out| {
                        let axes = narrowing.narrowed(out);
                        axes.map(move |(axis, _)| (out, axis))
                    });
                    if lengths.any(|(out, axis)| narrowing.depends_on_sizes(out, axis)) {
                        settled.push(label.clone());
                    }
                    lists::replace(packed, at, input, &numbers).map_err(failed)?;
                }
            }
        }
    }
    Ok(settled)
}

/// Gives every narrower tensor its new shape, and has the operators confirm that all shapes follow from each other.
/// The model's outputs have to keep theirs.
pub fn confirm(graph: &Graph, packed: &mut Graph, kept: &Indices) -> Result<()> {
    for (axis, indices) in kept {
        if let Some(ty) = &mut packed.value_mut(axis.value).ty {
            let dim = &mut ty.shape[axis.axis];
            *dim = dim.resized(indices.len());
        }
    }
    let expected: Vec<_> = packed.values.iter().map(|value| value.ty.clone()).collect();
    let found = infer(packed)?;
    packed.remember(&found);
    for (value, expected) in packed.values.iter_mut().zip(expected) {
        if let Some(expected) = expected {
            if !value.ty.as_ref().is_some_and(|ty| fits(ty, &expected)) {
                return Err(fault(&value.name));
            }
            // Symbols keep the names they had.
            value.ty = Some(expected);
        }
    }
    for &output in &graph.outputs {
        let before = graph.value(output);
        if before.ty != packed.value(output).ty {
            return Err(fault(&before.name));
        }
    }
    Ok(())
}

/// Whether two types can be of one tensor: a symbol may stand for any size.
fn fits(a: &TensorType, b: &TensorType) -> bool {
    let mut dims = a.shape.iter().zip(&b.shape);
    a.rank() == b.rank() && dims.all(|(a, b)| a.known().is_none() || b.known().is_none() || a == b)
}

fn fault(name: &str) -> Error {
    Error::BadModel(message!("error-repack-shape", name = name))
}
