//! What goes into a model and what comes out.

use crate::failure::Failure;
use bytes::Bytes;
use secateur::data::Preset;
use secateur::graph::{Dim, Graph, ValueId};
use secateur::message;
use secateur::onnx;
use std::collections::BTreeMap;

/// What a preset tells of the axes that the model's input leaves open. A file that can't be read is explained when it
/// is opened.
pub fn lengths(bytes: &Bytes, preset: &Preset) -> BTreeMap<String, usize> {
    let Ok(graph) = onnx::read(bytes.clone()) else {
        return BTreeMap::new();
    };
    ends(&graph).map_or(BTreeMap::new(), |(input, _)| preset.lengths(input))
}

/// The shape of the model's one input, and its first output.
pub fn ends(graph: &Graph) -> Result<(&[Dim], ValueId), Failure> {
    let &[input] = &graph.inputs[..] else {
        return Err(message!("command-error-inputs", count = graph.inputs.len()).into());
    };
    let Some(&output) = graph.outputs.first() else {
        return Err(message!("error-no-output").into());
    };
    let shape = graph
        .value(input)
        .ty
        .as_ref()
        .map_or(&[][..], |ty| &ty.shape);
    Ok((shape, output))
}
