//! What removed channels still carry, and where it goes.
//!
//! With a unit's weights all zero, its channels hold a bias, a shift, or an activation of either: mostly one number
//! everywhere. Each layer that reads such a channel adds a constant to its outputs, which its bias can take over
//! when the channel is gone. Where the number is not the same everywhere, or a border of zeros breaks it, the
//! layer's weights for that channel are zeroed in the masked model too.

use super::groups::Groups;
use crate::Result;
use crate::error::Error;
use crate::graph::{Graph, Node, ValueId};
use crate::ops::coupling::{Axis, Reads, Weights};
use crate::ops::uniform::{Known, Slice};
use crate::ops::{self, Operator};
use std::collections::{BTreeMap, BTreeSet};

/// Sorted indices by axis.
pub type Indices = BTreeMap<Axis, Vec<usize>>;

/// A layer whose bias takes over what removed channels brought.
#[derive(Debug, Clone)]
pub struct Fold {
    /// Its place in [`Groups::layers`].
    pub layer: usize,
    /// How many input channels.
    pub channels: usize,
    /// To be added to each output channel (all of them, before the cut).
    pub response: Vec<f32>,
}

/// Why a constant could not be folded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum NotExact {
    /// The removed channels do not hold one number everywhere.
    Varies,
    /// The layer's borders of zeros (or its stride) make a constant channel count differently from place to place.
    Border,
    /// Another layer that shares these weights can't fold them.
    Shared,
}

/// A layer whose weights for removed channels are zeroed.
#[derive(Debug, Clone)]
pub struct Zero {
    /// Its place in [`Groups::layers`].
    pub layer: usize,
    /// How many input channels.
    pub channels: usize,
    pub why: NotExact,
}

/// What happens to the constants of removed channels.
#[derive(Debug, Clone, Default)]
pub struct Settlement {
    pub folds: Vec<Fold>,
    pub zeros: Vec<Zero>,
    /// Slices of weight tensors to zero.
    pub zeroed: BTreeMap<Axis, BTreeSet<usize>>,
}

/// Follows the constants of removed channels through a graph in which their weights are zero already.
pub fn settle(masked: &Graph, groups: &Groups, removed: &Indices) -> Result<Settlement> {
    let operators: Vec<Option<Box<dyn Operator>>> = masked
        .nodes
        .iter()
        .map(|node| ops::operator(node, masked.opset()).ok().flatten())
        .collect();
    let known = flow(masked, groups, removed, &operators);
    let mut settlement = Settlement::default();
    let readers: Vec<Reader<'_>> = groups
        .layers
        .iter()
        .enumerate()
        .filter_map(|(layer, (node, weights))| {
            let reads = weights.reads.as_ref()?;
            let channels = removed.get(&reads.data)?;
            Some(Reader {
                layer,
                node: &masked.nodes[*node],
                operator: operators[*node].as_deref()?,
                weights,
                reads,
                channels: channels
                    .iter()
                    .map(|&c| (c, known.constant(reads.data, c)))
                    .collect(),
            })
        })
        .collect();
    for reader in &readers {
        reader.find_inexact(masked, &mut settlement);
    }
    for reader in &readers {
        reader.fold(masked, &mut settlement)?;
    }
    Ok(settlement)
}

/// A layer that reads removed channels, each with its constant.
struct Reader<'a> {
    layer: usize,
    node: &'a Node,
    operator: &'a dyn Operator,
    weights: &'a Weights,
    reads: &'a Reads,
    channels: Vec<(usize, Option<f32>)>,
}

impl Reader<'_> {
    fn along(&self) -> Axis {
        Axis {
            value: self.weights.tensor,
            axis: self.reads.axis,
        }
    }

    fn slice_of(&self, channel: usize) -> usize {
        channel % self.reads.period
    }

    /// Lists the weight slices that have to be zeroed since what they would bring can't be folded.
    fn find_inexact(&self, masked: &Graph, settlement: &mut Settlement) {
        let constants: Vec<(usize, f32)> = self
            .channels
            .iter()
            .filter_map(|&(c, constant)| Some((c, constant.filter(|&x| x != 0.0)?)))
            .collect();
        let exact = constants.is_empty()
            || self
                .operator
                .response(masked, self.node, &constants)
                .is_some();
        let inexact = self
            .channels
            .iter()
            .filter_map(|&(c, constant)| match constant {
                None => Some((c, NotExact::Varies)),
                Some(x) if x != 0.0 && !exact => Some((c, NotExact::Border)),
                Some(_) => None,
            });
        let mut reasons: BTreeMap<NotExact, usize> = BTreeMap::new();
        for (channel, why) in inexact {
            let slices = settlement.zeroed.entry(self.along()).or_default();
            slices.insert(self.slice_of(channel));
            *reasons.entry(why).or_default() += 1;
        }
        let layer = self.layer;
        settlement
            .zeros
            .extend(reasons.into_iter().map(|(why, channels)| Zero {
                layer,
                channels,
                why,
            }));
    }

    /// Works out what the layer's bias takes over, once it is settled which slices are zeroed.
    fn fold(&self, masked: &Graph, settlement: &mut Settlement) -> Result<()> {
        let zeroed = settlement.zeroed.get(&self.along());
        let is_zeroed = |c: usize| zeroed.is_some_and(|z| z.contains(&self.slice_of(c)));
        let mut constants: Vec<(usize, f32)> = Vec::new();
        let mut shared = 0;
        for &(channel, constant) in &self.channels {
            match constant {
                Some(x) if x != 0.0 && !is_zeroed(channel) => constants.push((channel, x)),
                Some(x) if x != 0.0 => shared += 1,
                _ => {}
            }
        }
        let already = settlement.zeros.iter().filter(|z| z.layer == self.layer);
        let border: usize = already
            .filter(|z| z.why == NotExact::Border)
            .map(|z| z.channels)
            .sum();
        if shared > border {
            settlement.zeros.push(Zero {
                layer: self.layer,
                channels: shared - border,
                why: NotExact::Shared,
            });
        }
        if constants.is_empty() {
            return Ok(());
        }
        let response = self.operator.response(masked, self.node, &constants);
        let response = response.filter(|r| r.iter().all(|x| x.is_finite()));
        let Some(response) = response else {
            let label = masked.node_label(self.node);
            return Err(Error::BadModel(message!(
                "error-constants-not-finite",
                node = label
            )));
        };
        settlement.folds.push(Fold {
            layer: self.layer,
            channels: constants.len(),
            response,
        });
        Ok(())
    }
}

/// The constants of removed slices, and how one node's indices go together.
struct Flow<'a> {
    graph: &'a Graph,
    removed: &'a Indices,
    /// By axis, in the order of its removed indices.
    constants: BTreeMap<Axis, Vec<Option<f32>>>,
    sources: BTreeMap<(Axis, usize), Vec<(Axis, usize)>>,
}

impl Known for Flow<'_> {
    fn constant(&self, axis: Axis, index: usize) -> Option<f32> {
        if let Some(tensor) = self.graph.constant(axis.value) {
            return uniform_slice(tensor, axis.axis, index);
        }
        let at = self.removed.get(&axis)?.binary_search(&index).ok()?;
        *self.constants.get(&axis)?.get(at)?
    }

    fn sources(&self, axis: Axis, index: usize) -> &[(Axis, usize)] {
        self.sources.get(&(axis, index)).map_or(&[], Vec::as_slice)
    }
}

/// Works out the constant of every removed slice of every tensor that flows, in the graph's order.
fn flow<'a>(
    graph: &'a Graph,
    groups: &Groups,
    removed: &'a Indices,
    operators: &[Option<Box<dyn Operator>>],
) -> Flow<'a> {
    let mut flow = Flow {
        graph,
        removed,
        constants: BTreeMap::new(),
        sources: BTreeMap::new(),
    };
    for (at, node) in graph.nodes.iter().enumerate() {
        let Some(operator) = &operators[at] else {
            continue;
        };
        flow.sources = sources(graph, groups, removed, at);
        for (output, value) in node.outputs.iter().enumerate() {
            let Some(value) = *value else { continue };
            for (&axis, indices) in axes_of(removed, value) {
                let constants = indices.iter().map(|&index| {
                    operator.uniform(&Slice {
                        graph,
                        node,
                        output,
                        axis: axis.axis,
                        index,
                        known: &flow,
                    })
                });
                let constants = constants.collect();
                flow.constants.insert(axis, constants);
            }
        }
    }
    flow
}

/// The axes of one value that lose indices.
fn axes_of(indices: &Indices, value: ValueId) -> impl Iterator<Item = (&Axis, &Vec<usize>)> {
    let last = Axis {
        value,
        axis: usize::MAX,
    };
    indices.range(Axis { value, axis: 0 }..=last)
}

/// For each removed index of a node's outputs, the indices of its inputs that go with it.
fn sources(
    graph: &Graph,
    groups: &Groups,
    removed: &Indices,
    at: usize,
) -> BTreeMap<(Axis, usize), Vec<(Axis, usize)>> {
    let node = &graph.nodes[at];
    let mut sources: BTreeMap<(Axis, usize), Vec<(Axis, usize)>> = BTreeMap::new();
    let is_output = |axis: Axis| node.outputs.contains(&Some(axis.value));
    let is_input = |axis: Axis| node.inputs.contains(&Some(axis.value));
    for link in &groups.links[at] {
        let Some(indices) = removed.get(&link.from) else {
            continue;
        };
        // What goes with a removed index is removed as well, so the removed ones are all there is to look at.
        for &index in indices {
            let Some(to) = link.map.apply(index) else {
                continue;
            };
            if is_output(link.to) && is_input(link.from) {
                let sources = sources.entry((link.to, to)).or_default();
                sources.push((link.from, index));
            } else if is_output(link.from) && is_input(link.to) {
                let sources = sources.entry((link.from, index)).or_default();
                sources.push((link.to, to));
            }
        }
    }
    sources
}

/// The number that one slice of a stored tensor holds everywhere.
fn uniform_slice(tensor: &crate::tensor::Tensor, axis: usize, index: usize) -> Option<f32> {
    let shape = tensor.shape();
    let len = *shape.get(axis)?;
    if index >= len {
        return None;
    }
    let inner: usize = shape[axis + 1..].iter().product();
    let elements = tensor.floats()?;
    let mut slice = elements
        .chunks_exact((len * inner).max(1))
        .flat_map(|block| &block[index * inner..(index + 1) * inner]);
    let first = *slice.next()?;
    slice.all(|&x| x == first).then_some(first)
}
