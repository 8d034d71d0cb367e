//! Graphs of one node, run by a kernel and by the operator's plain definition.

use super::{Net, OPSET, Random, random_inputs};
use secateur::engine::{Executor, Options};
use secateur::graph::{Attribute, Graph, ValueId};
use secateur::ops::operator;
use secateur::tensor::Tensor;

pub fn text(text: &str) -> Attribute {
    Attribute::String(text.into())
}

/// Runs a graph of one node by its kernel, which it must have, and by its definition; the numbers of all its outputs.
fn both(graph: &Graph, seed: u64) -> (Vec<f32>, Vec<f32>) {
    let inputs = random_inputs(graph, &mut Random(seed));
    let node = &graph.nodes[0];
    let value = |id: &ValueId| match graph.inputs.iter().position(|input| input == id) {
        Some(at) => &inputs[at],
        None => graph.constant(*id).expect("given or stored"),
    };
    let given: Vec<_> = node
        .inputs
        .iter()
        .map(|id| id.as_ref().map(value))
        .collect();
    let operator = operator(node, OPSET).expect("good attributes");
    let operator = operator.expect("an operator that is known");
    let plain = operator.evaluate(&given).expect("a result");
    let options = Options {
        batch: inputs[0].shape()[0],
        ..Options::default()
    };
    let mut executor = Executor::new(graph, &options).expect("a plan");
    for step in executor.steps() {
        assert!(step.has_kernel, "{} has no kernel: {node:?}", step.label);
    }
    let results = executor.run(&inputs).expect("a result");
    for (result, plain) in results.iter().zip(&plain) {
        assert_eq!(result.shape(), plain.shape(), "{node:?}");
    }
    let numbers = |tensors: &[Tensor]| {
        let all = tensors.iter().take(results.len());
        all.flat_map(|x| x.floats().expect("floats").into_owned())
            .collect()
    };
    (numbers(&results), numbers(&plain))
}

#[track_caller]
pub fn same_bits(net: Net, outputs: &[ValueId], seed: u64) {
    let graph = net.finish(outputs);
    let (found, plain) = both(&graph, seed);
    let bits = |numbers: &[f32]| numbers.iter().map(|x| x.to_bits()).collect::<Vec<_>>();
    assert_eq!(bits(&found), bits(&plain), "{:?}", graph.nodes[0]);
}

#[track_caller]
pub fn close(net: Net, outputs: &[ValueId], seed: u64, tolerance: f32) {
    let graph = net.finish(outputs);
    let (found, plain) = both(&graph, seed);
    let largest = plain.iter().fold(1f32, |most, x| most.max(x.abs()));
    for (x, y) in found.iter().zip(&plain) {
        let near = (x - y).abs() <= tolerance * largest || x.is_nan() && y.is_nan();
        assert!(near, "{x} and {y}: {:?}", graph.nodes[0]);
    }
}

pub fn sizes(random: &mut Random, rank: usize, most: usize) -> Vec<usize> {
    (0..rank).map(|_| 1 + random.below(most)).collect()
}

pub fn list(random: &mut Random, count: usize, from: i64, below: i64) -> Vec<i64> {
    let width = (below - from) as usize;
    (0..count)
        .map(|_| from + random.below(width) as i64)
        .collect()
}
