//! What is fitted, in which order, and where it lies in both models.

use crate::engine::Tape;
use crate::error::{Error, Result};
use crate::graph::{Graph, Node, ValueId};
use crate::ops::linear::Linear;
use crate::prune::lineage::Lineage;
use crate::tensor::Tensor;
use std::ops::RangeInclusive;

/// A layer with the normalization behind it, or a normalization alone: what the pruned model has at the
/// end of it is to be what the original has there.
pub struct Unit {
    pub label: String,
    /// The steps of the pruned model from the layer to the end, and those of the original.
    pub own: RangeInclusive<usize>,
    pub theirs: RangeInclusive<usize>,
    /// The value at the end in both, and which channels of the original's the pruned model's are.
    pub end: ValueId,
    pub their_end: ValueId,
    pub channels: Vec<usize>,
    /// `None` for a normalization alone.
    pub layer: Option<Layer>,
    /// What takes over the difference of the means, where there is such.
    pub shift: Option<ValueId>,
}

/// The weights of a unit.
pub struct Layer {
    pub linear: Linear,
    pub data: ValueId,
    pub weights: ValueId,
    /// What each output is multiplied by on its way to the end.
    pub factors: Vec<f32>,
    /// Whether a normalization follows, whose stored statistics the outputs are to have.
    pub is_normalized: bool,
}

/// A model with its tape.
pub struct Side<'a> {
    pub graph: &'a Graph,
    pub tape: &'a Tape,
}

impl Side<'_> {
    fn nodes(&self) -> Vec<&Node> {
        let places = self.tape.nodes();
        places.into_iter().map(|at| &self.graph.nodes[at]).collect()
    }

    /// What a node makes; cuts leave that name as it is.
    fn name(&self, node: &Node) -> &str {
        node.output(0).map_or("", |id| &self.graph.value(id).name)
    }

    fn is_learned(&self, value: ValueId) -> bool {
        self.tape.parameters().iter().any(|p| p.value == value)
    }

    /// How many nodes read a value; the model's outputs are read, too.
    fn uses(&self, value: ValueId) -> usize {
        let inputs = self.graph.nodes.iter().flat_map(|node| &node.inputs);
        let uses = inputs.filter(|input| **input == Some(value)).count();
        uses + usize::from(self.graph.outputs.contains(&value))
    }

    /// Whether a stored tensor is learned, and read by one node alone.
    fn is_own(&self, value: ValueId) -> bool {
        self.is_learned(value) && self.uses(value) == 1
    }
}

/// All units in the order of computing. Where the original has no such node after those of the units before, there is none.
///
/// Errors: [`Error::BadInput`] for an original that this is no cut of.
pub fn units(own: &Side<'_>, original: &Side<'_>) -> Result<Vec<Unit>> {
    let (lineage, ancestor) = (Lineage::read(own.graph)?, Lineage::read(original.graph)?);
    let nodes = own.nodes();
    let theirs = original.nodes();
    let mut units: Vec<Unit> = Vec::new();
    let mut their_next = 0;
    for (first, node) in nodes.iter().enumerate() {
        // A normalization that a layer's unit ends with; layers in between are units of their own.
        if units.iter().any(|unit| *unit.own.end() == first) {
            continue;
        }
        let ahead = |name: &str| {
            let found = theirs[their_next..]
                .iter()
                .position(|n| original.name(n) == name);
            found.map(|at| their_next + at)
        };
        let Some(their_first) = ahead(own.name(node)) else {
            continue;
        };
        let linear = own.tape.linear(first).cloned();
        let other = original.tape.linear(their_first).cloned();
        let (last, shift, layer) = match (linear, other) {
            (Some(linear), Some(other)) if linear.places == other.places => {
                let Some((last, shift, layer)) = layer(own, &nodes, first, linear) else {
                    continue;
                };
                (last, shift, Some(layer))
            }
            _ => match own.graph.stored_statistics(node) {
                Some(stored) => {
                    let shift = node.input(stored.shift).filter(|&shift| own.is_own(shift));
                    (first, shift, None)
                }
                None => continue,
            },
        };
        let Some(their_last) = ahead(own.name(nodes[last])) else {
            continue;
        };
        let (Some(end), Some(their_end)) = (nodes[last].output(0), theirs[their_last].output(0))
        else {
            continue;
        };
        let count = match &layer {
            Some(layer) => layer.linear.groups * layer.linear.outputs,
            None => match shift {
                Some(shift) => own.tape.value(shift).len(),
                None => continue,
            },
        };
        let lengths = (own.tape.length(end), original.tape.length(their_end));
        let all = lengths.1 * count / lengths.0.max(1);
        let channels = lineage.within(&ancestor, own.name(node))?;
        let channels = channels.or_else(|| (count == all).then(|| (0..count).collect()));
        let channels = channels
            .filter(|kept| kept.len() == count && kept.iter().all(|&channel| channel < all))
            .ok_or_else(|| {
                Error::BadInput(message!(
                    "error-unknown-channels",
                    layer = own.graph.node_label(node),
                    count = count,
                    all = all
                ))
            })?;
        units.push(Unit {
            label: own.graph.node_label(node),
            own: first..=last,
            theirs: their_first..=their_last,
            end,
            their_end,
            channels,
            layer,
            shift,
        });
        their_next = their_first + 1;
    }
    Ok(units)
}

/// The last step of a layer's unit, what takes over the means, and the layer; `None` where its weights are not its own.
fn layer(
    own: &Side<'_>,
    nodes: &[&Node],
    first: usize,
    linear: Linear,
) -> Option<(usize, Option<ValueId>, Layer)> {
    let node = nodes[first];
    let (data, weights) = (node.input(0)?, node.input(linear.weights)?);
    let bias = linear.bias.and_then(|i| node.input(i));
    if !own.is_own(weights) || !bias.is_none_or(|bias| own.is_own(bias)) {
        return None;
    }
    let (mut last, mut shift) = (first, bias);
    let mut factors = vec![1.0; linear.groups * linear.outputs];
    let mut is_normalized = false;
    // The only node that reads what the layer makes.
    let reader = |last: usize| {
        let made = nodes[last].output(0).filter(|&made| own.uses(made) == 1)?;
        let at = (last + 1..nodes.len()).find(|&at| nodes[at].inputs.contains(&Some(made)))?;
        Some((made, at))
    };
    if let Some((made, at)) = reader(last)
        && nodes[at].input(0) == Some(made)
        && let Some(stored) = own.graph.stored_statistics(nodes[at])
        && let Some(own_shift) = nodes[at].input(stored.shift).filter(|&s| own.is_own(s))
    {
        let constants: Vec<Option<&Tensor>> = nodes[at]
            .inputs
            .iter()
            .map(|input| own.graph.value((*input)?).constant.as_deref())
            .collect();
        let affine = own.graph.described(nodes[at])?.affine(&constants);
        if let Some((scales, _)) = affine.filter(|(scales, _)| scales.len() == factors.len()) {
            (factors, shift, last, is_normalized) = (scales, Some(own_shift), at, true);
        }
    }
    let layer = Layer {
        linear,
        data,
        weights,
        factors,
        is_normalized,
    };
    Some((last, shift, layer))
}
