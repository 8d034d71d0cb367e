//! Mending what names sizes, and inferring shapes anew.

use super::super::constants::Indices;
use crate::error::{Error, Result};
use crate::graph::{Graph, TensorType};
use crate::message::Message;
use crate::ops;
use crate::ops::graph::shapes::infer;
use crate::ops::narrow::{Change, Narrowing};

/// Asks each node that touches a narrower tensor what has to change in it.
pub fn rewrite(graph: &Graph, packed: &mut Graph, kept: &Indices) -> Result<()> {
    for (at, node) in graph.nodes.iter().enumerate() {
        let narrowing = Narrowing { graph, node, kept };
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
                    let wish = format!("{label}_input_{input}");
                    let value = packed.add_constant(&wish, tensor);
                    let inputs = &mut packed.nodes[at].inputs;
                    inputs.resize(inputs.len().max(input + 1), None);
                    inputs[input] = Some(value);
                }
            }
        }
    }
    Ok(())
}

/// Gives every narrower tensor its new shape, and has the operators confirm that all shapes follow from each other.
/// The model's outputs have to keep theirs.
pub fn confirm(graph: &Graph, packed: &mut Graph, kept: &Indices) -> Result<()> {
    for (axis, indices) in kept {
        if let Some(ty) = &mut packed.value_mut(axis.value).ty {
            ty.shape[axis.axis] = indices.len().into();
        }
    }
    let expected: Vec<_> = packed.values.iter().map(|value| value.ty.clone()).collect();
    infer(packed)?;
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
