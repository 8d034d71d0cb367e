//! Wanda: a weight is worth its magnitude times the norm of what it is multiplied with, `|w|·‖x‖₂` (Sun et al., “A
//! Simple and Effective Pruning Approach for Large Language Models”, ICLR 2024). A convolution's weight meets one input
//! channel at one shift. A channel is worth what the layers that read it lose without it: the root of the sum of the squares of
//! all weights that it meets there, as far as what they give goes separate ways.
//!
//! The norm is over all places of a picture, and the mean square over the pictures. The paper ranks each output's weights
//! among themselves; here the recipe's allocation says what is ranked together: N:M each output's neighbors, `uniform` a
//! layer, `global` all layers, for which these numbers are not made.

use super::probe::{Probe, Use, Watched};
use super::{Accumulator, Saliency};
use crate::error::Result;
use crate::ops::coupling::{Axis, Reads};
use crate::ops::linear::Linear;
use crate::prune::criteria::info::{Criterion, CriterionInfo, DEFAULTS, Source};
use std::collections::BTreeMap;

pub static CRITERION: Criterion = Criterion {
    info: CriterionInfo {
        name: "wanda",
        title: "criterion-wanda",
        about: "criterion-wanda-about",
        after: Some("Sun et al., ICLR 2024"),
        ..DEFAULTS
    },
    source: Source::Pictures(|probe| Box::new(Wanda::new(probe))),
};

/// By layer, the sum over places and pictures of the square of what each weight is multiplied with.
pub struct Wanda(Vec<Vec<f64>>);

impl Wanda {
    /// Sums at zero for all layers of the probe.
    pub fn new(probe: &Probe) -> Self {
        let layers = probe.layers.iter();
        Wanda(layers.map(|layer| vec![0.0; layer.len()]).collect())
    }
}

impl Accumulator for Wanda {
    fn needs_gradients(&self) -> bool {
        false
    }

    fn accumulate(&mut self, probe: &mut Probe) -> Result<()> {
        for (layer, sums) in probe.layers.iter().zip(&mut self.0) {
            for used in &layer.uses {
                match linear(probe, layer, used) {
                    Some(linear) => add_patches(probe, used, linear, sums),
                    None => add_channels(probe, layer, used, sums),
                }
            }
        }
        Ok(())
    }

    fn scores(&self, probe: &Probe, pictures: usize) -> Result<Vec<Saliency>> {
        let mut all = Vec::with_capacity(self.0.len());
        for (layer, sums) in probe.layers.iter().zip(&self.0) {
            let weights = probe.weights(layer);
            let square = |(&w, sum): (&f32, &f64)| f64::from(w) * f64::from(w) * sum;
            let squares = weights.iter().zip(sums).map(square);
            all.push(squares.map(|x| x / pictures as f64).collect::<Vec<f64>>());
        }
        let mut slices = of_slices(probe, &all);
        let scores = probe.layers.iter().zip(all).map(|(layer, squares)| {
            let own = slices.remove(&Axis::of(layer.tensor, layer.axis));
            Saliency {
                weights: Some(squares.into_iter().map(f64::sqrt).collect()),
                slices: own.unwrap_or_default().into_iter().map(f64::sqrt).collect(),
            }
        });
        Ok(scores.collect())
    }
}

/// For each layer's output channels, the sum of the squared scores of the weights that read them, in whichever layers; of those
/// that make them, where nothing reads them.
fn of_slices(probe: &Probe, squares: &[Vec<f64>]) -> BTreeMap<Axis, Vec<f64>> {
    let (mut made, mut read) = (BTreeMap::new(), BTreeMap::new());
    for (layer, squares) in probe.layers.iter().zip(squares) {
        let along = |axis| layer.per_slice(axis, squares.iter().copied());
        made.insert(Axis::of(layer.tensor, layer.axis), along(layer.axis));
        for reads in layer.uses.iter().filter_map(|u| u.weights.reads.as_ref()) {
            let axis = Axis::of(layer.tensor, reads.axis);
            read.entry(axis).or_insert_with(|| along(reads.axis));
        }
    }
    for unit in &probe.groups.units {
        let readers = unit.elements.iter().filter(|e| read.contains_key(&e.axis));
        if readers.clone().next().is_none() {
            continue;
        }
        let lost: f64 = readers.map(|e| read[&e.axis][e.index]).sum();
        for element in &unit.elements {
            if let Some(scores) = made.get_mut(&element.axis) {
                scores[element.index] = lost;
            }
        }
    }
    made
}

/// How the node's outputs follow from patches, where they do and the layer's weights are what the patches meet.
fn linear<'p>(probe: &'p Probe, layer: &Watched, used: &Use) -> Option<&'p Linear> {
    let linear = probe.tape.linear(used.step?)?;
    let weights = probe.graph.nodes[used.node].input(linear.weights);
    (weights == Some(layer.tensor)).then_some(linear)
}

fn add_patches(probe: &Probe, used: &Use, linear: &Linear, sums: &mut [f64]) {
    let Some(data) = probe.graph.nodes[used.node].input(0) else {
        return;
    };
    let sample = probe.tape.value(data);
    let mut patch = vec![0.0; linear.depth];
    let mut squares = vec![0.0; linear.depth];
    for group in 0..linear.groups {
        squares.fill(0.0);
        for place in 0..linear.places {
            linear.patch(sample, group, place, &mut patch);
            for (square, &x) in squares.iter_mut().zip(&patch) {
                *square += f64::from(x) * f64::from(x);
            }
        }
        for output in 0..linear.outputs {
            for (k, square) in squares.iter().enumerate() {
                sums[linear.weight_at(group, output, k)] += square;
            }
        }
    }
}

/// Where no patches are known (a transposed convolution, say): by what is in the whole channel that a weight reads.
fn add_channels(probe: &Probe, layer: &Watched, used: &Use, sums: &mut [f64]) {
    let node = &probe.graph.nodes[used.node];
    let reads = match (&used.weights.reads, node.input(0)) {
        (Some(reads), _) => reads.clone(),
        // Depthwise: the slice that makes a channel is the one that reads it.
        (None, Some(data)) => Reads {
            axis: layer.axis,
            data: Axis::of(data, 1),
            period: layer.channels(),
        },
        (None, None) => return,
    };
    let Some(squares) = probe.along(reads.data, |x| f64::from(x) * f64::from(x)) else {
        return;
    };
    let length = layer.shape[reads.axis];
    let mut by_index = vec![0.0; length];
    for (channel, square) in squares.iter().enumerate() {
        by_index[channel % reads.period % length] += square;
    }
    let inner: usize = layer.shape[reads.axis + 1..].iter().product();
    for (at, sum) in sums.iter_mut().enumerate() {
        *sum += by_index[at / inner % length];
    }
}
