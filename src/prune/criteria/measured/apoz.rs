//! APoZ: the average percentage of zeros. A channel is worth the share of places, over all pictures, at which it is not
//! zero behind its activation (Hu et al., “Network Trimming: A Data-Driven Neuron Pruning Approach towards Efficient Deep
//! Architectures”, 2016). It says nothing of single weights. A channel with no activation behind it is never zero, so it is worth
//! most.

use super::probe::Probe;
use super::{Accumulator, Saliency};
use crate::error::{Error, Result};
use crate::graph::{Graph, Node, ValueId};
use crate::ops::{self, coupling::Axis};
use crate::prune::criteria::info::{Criterion, CriterionInfo, DEFAULTS, Source};

pub static CRITERION: Criterion = Criterion {
    info: CriterionInfo {
        name: "apoz",
        title: "criterion-apoz",
        about: "criterion-apoz-about",
        after: Some("Hu et al., 2016"),
        needs: Some("criterion-needs-zeros"),
        weights: false,
        comparable: true,
        ..DEFAULTS
    },
    source: Source::Pictures(|probe| Box::new(Apoz::new(probe))),
};

/// By layer.
pub struct Apoz(Vec<Counts>);

struct Counts {
    /// Where the zeros are looked for: what the activation behind a use of the layer makes.
    at: Vec<Axis>,
    /// Places that were zero, by channel, and all places of one channel.
    zeros: Vec<f64>,
    places: f64,
}

impl Apoz {
    /// Counts at zero for all layers of the probe.
    pub fn new(probe: &Probe) -> Self {
        let layers = probe.layers.iter().map(|layer| {
            let uses = layer.uses.iter().map(|used| &used.weights);
            Counts {
                at: uses.filter_map(|w| activation(probe, w.out)).collect(),
                zeros: vec![0.0; layer.channels()],
                places: 0.0,
            }
        });
        Apoz(layers.collect())
    }
}

impl Accumulator for Apoz {
    fn needs_gradients(&self) -> bool {
        false
    }

    fn accumulate(&mut self, probe: &mut Probe) -> Result<()> {
        for counts in &mut self.0 {
            for &axis in &counts.at {
                let zeros = probe.along(axis, |x| f64::from(u8::from(x == 0.0)));
                let Some(zeros) = zeros.filter(|zeros| zeros.len() == counts.zeros.len()) else {
                    continue;
                };
                let places = probe.tape.value(axis.value).len() / zeros.len();
                counts.places += places as f64;
                let sums = counts.zeros.iter_mut().zip(zeros);
                sums.for_each(|(sum, zeros)| *sum += zeros);
            }
        }
        Ok(())
    }

    fn scores(&self, _probe: &Probe, _pictures: usize) -> Result<Vec<Saliency>> {
        if self.0.iter().all(|c| c.zeros.iter().all(|&z| z == 0.0)) {
            return Err(Error::BadRecipe(message!("error-apoz-no-zeros")));
        }
        let share = |zeros: f64, places: f64| 1.0 - zeros / places.max(1.0);
        let layers = self.0.iter().map(|c| Saliency {
            weights: None,
            slices: c.zeros.iter().map(|&z| share(z, c.places)).collect(),
        });
        Ok(layers.collect())
    }
}

/// The nearest activation behind the channels of a value, past nodes that leave each number at its place: normalizations,
/// biases, residual sums.
fn activation(probe: &Probe, channels: Axis) -> Option<Axis> {
    let graph = &probe.graph;
    let shape = probe.shape(channels.value)?;
    let mut next = vec![channels.value];
    let mut at = 0;
    while let Some(&value) = next.get(at) {
        at += 1;
        for (index, node) in graph.nodes.iter().enumerate() {
            let made = node
                .output(0)
                .filter(|_| node.inputs.contains(&Some(value)));
            let made = made.filter(|&made| probe.shape(made).as_ref() == Some(&shape));
            let Some(made) = made.filter(|made| !next.contains(made)) else {
                continue;
            };
            if is_activation(graph, node, value) {
                return Some(Axis::of(made, channels.axis));
            }
            let is_layer = |used: &super::probe::Use| used.node == index;
            if !probe.layers.iter().any(|l| l.uses.iter().any(is_layer)) {
                next.push(made);
            }
        }
    }
    None
}

fn is_activation(graph: &Graph, node: &Node, value: ValueId) -> bool {
    let opset = graph.opsets.get(&node.domain).copied().unwrap_or(0);
    let Ok(Some(operator)) = ops::operator(node, opset) else {
        return false;
    };
    let rest = || node.inputs.iter().skip(1).flatten();
    if node.input(0) != Some(value) || rest().any(|&i| graph.constant(i).is_none()) {
        return false;
    }
    let constant = |input: &Option<ValueId>| graph.constant((*input)?).map(|c| &**c);
    let constants: Vec<_> = node.inputs.iter().map(constant).collect();
    operator.activation(&constants).is_some()
}
