//! Simplifying a model once it is loaded: what does not depend on its inputs is computed, what does nothing goes.

use super::shapes::{Found, infer, infer_at_any_size};
use crate::Result;
use crate::graph::{Graph, Storage, ValueId};
use crate::ops::operator;
use crate::tensor::Tensor;

/// Infers shapes, then makes constants of what does not depend on the inputs, writes the targets of reshapes and
/// expansions out as numbers, and removes nodes that hand their input on or that nothing needs.
///
/// Outputs of the model stay what their nodes make, whatever that is. Fails where shapes contradict each other.
pub fn fold(graph: &mut Graph) -> Result<()> {
    forget_training(graph);
    let found = infer(graph)?;
    simplify(graph, &found);
    Ok(())
}

/// The same for a model whose axes with symbols may have any sizes: what depends on them stays computed. Types that nothing tells at any
/// size are left out.
pub fn fold_at_any_size(graph: &mut Graph) {
    forget_training(graph);
    let found = infer_at_any_size(graph);
    simplify(graph, &found);
}

fn simplify(graph: &mut Graph, found: &Found) {
    commit(graph, found);
    write_targets(graph);
    skip_identities(graph);
    graph.drop_unused();
}

/// Takes the flag away from each `Dropout` that is told not to train, so that it is one at inference.
fn forget_training(graph: &mut Graph) {
    for n in 0..graph.nodes.len() {
        let node = &graph.nodes[n];
        let is_dropout = node.op_type == "Dropout" && node.domain.is_empty();
        let flag = node.input(2).filter(|_| is_dropout);
        let flag = flag.and_then(|flag| graph.constant(flag)?.integers());
        if flag.is_some_and(|flag| flag == [0]) {
            graph.nodes[n].inputs.truncate(2);
        }
    }
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
        match operator(node, graph.opset()) {
            Ok(Some(operator)) if operator.is_identity() => {}
            _ => continue,
        }
        graph.replace_uses(output, input);
    }
}
