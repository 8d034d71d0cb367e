//! What removed channels still carry, and where it goes.
//!
//! With a unit's weights all zero, its channels hold a bias, a shift, or an activation of either: mostly one number
//! everywhere. Each layer that reads such a channel adds a constant to its outputs, which its bias can take over
//! when the channel is gone. Where the number is not the same everywhere, or a border of zeros breaks it, the
//! layer's weights for that channel are zeroed in the masked model too.

use super::flow::{Indices, flow, operators};
use super::groups::Groups;
use crate::Result;
use crate::error::Error;
use crate::graph::{Graph, Node};
use crate::ops::Operator;
use crate::ops::coupling::{Axis, Reads, Weights};
use crate::ops::uniform::Known;
use std::collections::{BTreeMap, BTreeSet};

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
    let operators = operators(masked);
    let known = flow(masked, &groups.links, removed, &operators);
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
