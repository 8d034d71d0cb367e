//! What goes into a model and what comes out.

use crate::failure::Failure;
use crate::progress::Progress;
use bytes::Bytes;
use secateur::data::{Guess, Preset};
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
    match (ends(&graph), &graph.inputs[..]) {
        (Ok((shape, _)), &[input]) => preset.lengths(&graph.value(input).name, shape),
        _ => BTreeMap::new(),
    }
}

/// A preset guessed from the model's shapes, with a note on each thing that was taken for granted.
pub fn guessed(model: &Graph, input: &[Dim], output: ValueId, progress: &Progress) -> Preset {
    let Guess { preset, notes } = Preset::guess(input, classes(model, output));
    progress.note(message!("command-note-guessed"));
    for note in notes {
        progress.note(note);
    }
    preset
}

/// How many classes the model tells apart, if its shapes say so.
fn classes(graph: &Graph, output: ValueId) -> Option<usize> {
    let shape = &graph.value(output).ty.as_ref()?.shape;
    shape
        .iter()
        .skip(1)
        .try_fold(1usize, |product, dim| product.checked_mul(dim.known()?))
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
