//! Gradients by finite differences in double precision, from the brute-force forward pass.

use super::reference::{Array, run};
use super::{Random, random_inputs};
use secateur::engine::{Normalization, Options, Tape};
use secateur::graph::{Graph, ValueId};
use secateur::tensor::Tensor;
use std::sync::Arc;

/// Slopes looked at in each parameter.
const PLACES: usize = 6;

/// How one weight's gradients compare: by the tape, and by finite differences.
#[derive(Debug)]
pub struct Slope {
    pub parameter: String,
    pub at: usize,
    pub tape: f64,
    pub difference: f64,
}

/// Fails unless the tape's gradients are those of finite differences, in some places of every parameter. The loss is a
/// random linear function of the outputs.
pub fn check(graph: &Graph, seed: u64) {
    let mut random = Random(seed);
    let inputs = random_inputs(graph, &mut random);
    let outputs = run(graph, &inputs);
    let weighing: Vec<Vec<f32>> = outputs
        .iter()
        .map(|out| out.iter().map(|_| random.number()).collect())
        .collect();
    let batch = inputs[0].shape()[0];
    let options = Options {
        batch,
        ..Options::default()
    };
    let mut tape = Tape::new(graph, &options, Normalization::Stored).expect("a tape");
    let numbers: Vec<_> = inputs.iter().map(|t| t.floats().expect("floats")).collect();
    let slices: Vec<&[f32]> = numbers.iter().map(|n| &n[..]).collect();
    tape.forward(&slices).expect("a forward pass");
    let pairs = graph.outputs.iter().zip(&weighing);
    let seeds: Vec<(ValueId, &[f32])> = pairs.map(|(&id, w)| (id, &w[..])).collect();
    tape.backward(&seeds).unwrap();
    assert!(!tape.parameters().is_empty(), "nothing is learned");

    let mut fused = Tape::new(graph, &options, Normalization::Stored).expect("a tape");
    fused.fuse(&graph.outputs);
    fused.forward(&slices).expect("a forward pass");
    fused.backward(&seeds).unwrap();
    assert!(
        fused.findings().unwrap() == tape.findings().unwrap(),
        "steps done together find something else"
    );

    let loss = |graph: &Graph| -> f64 {
        let outputs = run(graph, &inputs);
        let parts = outputs.iter().zip(&weighing).map(|(out, w)| weigh(out, w));
        parts.sum()
    };
    let (mut looked_at, mut places) = (0, 0);
    for parameter in tape.parameters() {
        let stored = graph.constant(parameter.value).expect("a stored tensor");
        let gradient = tape.gradient(parameter.value);
        for at in random.choose(stored.len(), PLACES) {
            places += 1;
            let by_tape = gradient.map_or(0.0, |g| f64::from(g[at]));
            let slope = |step: f32| {
                let mut moved = stored.floats().expect("floats").into_owned();
                moved[at] += step;
                let mut graph = graph.clone();
                let place = f64::from(moved[at]);
                graph.value_mut(parameter.value).constant =
                    Some(Arc::new(Tensor::from_f32(stored.shape(), moved)));
                (place, loss(&graph))
            };
            let by_difference = |step: f32| {
                let ((above, high), (below, low)) = (slope(step), slope(-step));
                (high - low) / (above - below)
            };
            // Two steps tell a kink nearby from a wrong gradient.
            let (fine, coarse) = (by_difference(1e-4), by_difference(3e-4));
            if (fine - coarse).abs() > 1e-3 * fine.abs().max(1.0) {
                continue;
            }
            looked_at += 1;
            let slope = Slope {
                parameter: graph.value(parameter.value).name.clone(),
                at,
                tape: by_tape,
                difference: fine,
            };
            let apart = (slope.tape - slope.difference).abs();
            assert!(apart < 2e-3 * slope.difference.abs().max(1.0), "{slope:?}");
        }
    }
    assert!(
        2 * looked_at >= places,
        "all but {looked_at} of {places} places are next to a kink"
    );
}

fn weigh(out: &Array, weighing: &[f32]) -> f64 {
    out.iter()
        .zip(weighing)
        .map(|(&x, &w)| x * f64::from(w))
        .sum()
}
