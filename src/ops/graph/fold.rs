//! Simplifying a model once it is loaded: what does not depend on its inputs is computed, what does nothing goes.

use super::shapes::{Found, infer};
use crate::Result;
use crate::graph::{Graph, Storage, ValueId};
use crate::tensor::Tensor;

/// Infers shapes, then makes constants of what does not depend on the inputs, writes the targets of reshapes and
/// expansions out as numbers, and removes nodes that hand their input on or that nothing needs.
///
/// Outputs of the model stay what their nodes make, whatever that is. Fails where shapes contradict each other.
pub fn fold(graph: &mut Graph) -> Result<()> {
    let found = infer(graph)?;
    commit(graph, &found);
    write_targets(graph);
    skip_identities(graph);
    graph.drop_unused();
    Ok(())
}

/// Turns what was found constant into stored tensors.
fn commit(graph: &mut Graph, found: &Found) {
    let mut nodes = std::mem::take(&mut graph.nodes);
    nodes.retain(|node| {
        let constant = |id: &ValueId| found.constants[id.0 as usize].clone();
        let outputs = || node.outputs.iter().flatten();
        let folds = outputs().all(|id| constant(id).is_some() && !graph.outputs.contains(id));
        if folds {
            for id in outputs() {
                let value = graph.value_mut(*id);
                value.constant = constant(id);
                value.storage = Storage::Plain;
            }
        }
        !folds
    });
    graph.nodes = nodes;
}

/// Gives each reshape and expansion whose target is computed from a dynamic shape a target of numbers.
fn write_targets(graph: &mut Graph) {
    for n in 0..graph.nodes.len() {
        let node = &graph.nodes[n];
        let (Some(data), Some(target), Some(output)) =
            (node.input(0), node.input(1), node.output(0))
        else {
            continue;
        };
        if graph.constant(target).is_some() {
            continue;
        }
        let dims = |id: ValueId| graph.value(id).ty.as_ref().map(|ty| ty.shape.clone());
        let (Some(before), Some(after)) = (dims(data), dims(output)) else {
            continue;
        };
        let operator = graph.described(node);
        if let Some(numbers) = operator.and_then(|operator| operator.target(&before, &after)) {
            let name = format!("{}.shape", graph.value(output).name);
            let target = graph.add_constant(&name, Tensor::from_i64(&[numbers.len()], numbers));
            graph.nodes[n].inputs[1] = Some(target);
        }
    }
}

/// Lets readers of an `Identity`, or of a `Dropout` at inference, read what it reads.
fn skip_identities(graph: &mut Graph) {
    for n in 0..graph.nodes.len() {
        let node = &graph.nodes[n];
        let (Some(input), Some(output)) = (node.input(0), node.output(0)) else {
            continue;
        };
        if !graph
            .described(node)
            .is_some_and(|operator| operator.is_identity())
        {
            continue;
        }
        graph.replace_uses(output, input);
    }
}
