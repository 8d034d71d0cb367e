//! Mending what names sizes, and inferring shapes anew.

use super::super::constants::Indices;
use super::add_constant;
use crate::error::{Error, Result};
use crate::graph::Graph;
use crate::ops;
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
        let failed = |why: String| {
            Error::BadModel(format!(
                "node “{label}” ({}) can't follow its tensors' new shapes: {why}",
                node.op_type
            ))
        };
        let opset = graph.opset();
        let operator = ops::operator(node, opset).map_err(failed)?;
        let operator = operator.ok_or_else(|| failed("the operator is not known".into()))?;
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
                    let value = add_constant(packed, &wish, tensor);
                    let inputs = &mut packed.nodes[at].inputs;
                    inputs.resize(inputs.len().max(input + 1), None);
                    inputs[input] = Some(value);
                }
            }
        }
    }
    Ok(())
}

/// Gives every narrower tensor its new shape. The model's outputs have to keep theirs.
pub fn set_types(graph: &Graph, packed: &mut Graph, kept: &Indices) -> Result<()> {
    for (axis, indices) in kept {
        if let Some(ty) = &mut packed.value_mut(axis.value).ty {
            ty.shape[axis.axis] = indices.len().into();
        }
    }
    for &output in &graph.outputs {
        let (before, after) = (graph.value(output), packed.value(output));
        if before.ty != after.ty {
            return Err(Error::BadModel(format!(
                "re-packing would change the shape of the output “{}”; this is a fault of Secateur's, please report the model",
                before.name
            )));
        }
    }
    Ok(())
}
