//! What goes, once a recipe's target has been met.

use super::Session;
use super::items::Items;
use crate::graph::ValueId;
use crate::prune::allocate::RankedLayer;
use crate::prune::groups::UnitId;
use crate::prune::mask::{Masks, WeightMask};
use std::collections::BTreeMap;

/// What goes.
#[derive(Debug, Clone)]
pub enum Choice {
    /// These channel units, in order.
    Units(Vec<UnitId>),
    /// So many items of each ranked layer, the least first.
    Items(Vec<usize>),
    /// Whatever these masks take.
    Pattern(Masks),
}

/// Which weights of one tensor stay.
pub enum KeptWeights<'a> {
    All,
    /// Those whose index along each axis stays: for each axis, whether each index does.
    Slices(Vec<Vec<bool>>, Vec<usize>),
    Ranked(&'a RankedLayer, usize, Option<Vec<u32>>),
    Mask(&'a WeightMask),
}

impl KeptWeights<'_> {
    /// Whether the weight at this place in the tensor stays.
    pub fn keeps(&self, at: usize) -> bool {
        match self {
            KeptWeights::All => true,
            KeptWeights::Slices(axes, shape) => {
                let mut rest = at;
                let axes = axes.iter().zip(shape).rev();
                axes.into_iter().all(|(kept, &length)| {
                    let index = rest % length;
                    rest /= length;
                    kept.get(index).copied().unwrap_or(true)
                })
            }
            KeptWeights::Ranked(layer, count, blocks) => {
                let item = blocks.as_ref().map_or(at, |of| of[at] as usize);
                layer.keeps(item, *count)
            }
            KeptWeights::Mask(mask) => mask.keeps(at),
        }
    }
}

impl Session {
    /// Which weights of a tensor the current cut keeps.
    pub(super) fn kept_weights(&self, tensor: ValueId) -> KeptWeights<'_> {
        let Some((_, choice)) = &self.current else {
            return KeptWeights::All;
        };
        match (choice, &self.items) {
            (Choice::Units(removed), _) => self.kept_slices(tensor, removed),
            (Choice::Items(counts), Some((_, Items::Ranked(ranked)))) => {
                let layers = ranked.layers.iter().zip(counts);
                match layers.into_iter().find(|(layer, _)| layer.tensor == tensor) {
                    Some((layer, &count)) => {
                        let blocks = layer.blocks.as_ref();
                        let of_weights = blocks.map(|b| b.of_weights().map(|x| x as u32).collect());
                        KeptWeights::Ranked(layer, count, of_weights)
                    }
                    None => KeptWeights::All,
                }
            }
            (Choice::Pattern(masks), _) => match masks.0.get(&tensor) {
                Some(mask) => KeptWeights::Mask(mask),
                None => KeptWeights::All,
            },
            _ => KeptWeights::All,
        }
    }

    fn kept_slices(&self, tensor: ValueId, removed: &[UnitId]) -> KeptWeights<'_> {
        let Some(constant) = self.graph.constant(tensor) else {
            return KeptWeights::All;
        };
        let shape = constant.shape().to_vec();
        let mut kept: Vec<Vec<bool>> = shape.iter().map(|&n| vec![true; n]).collect();
        for unit in removed {
            for element in &self.groups.unit(*unit).elements {
                if element.axis.value == tensor {
                    kept[element.axis.axis][element.index] = false;
                }
            }
        }
        KeptWeights::Slices(kept, shape)
    }

    /// The masks that a cut of weights comes to.
    pub(in crate::prune) fn masks(&self) -> Option<Masks> {
        match (&self.current.as_ref()?.1, &self.items) {
            (Choice::Items(counts), Some((_, Items::Ranked(ranked)))) => {
                let layers = ranked.layers.iter().zip(counts);
                let masks: BTreeMap<ValueId, WeightMask> = layers
                    .filter(|(_, count)| **count > 0)
                    .map(|(layer, &count)| (layer.tensor, layer.mask(count)))
                    .collect();
                Some(Masks(masks))
            }
            (Choice::Pattern(masks), _) => Some(masks.clone()),
            _ => None,
        }
    }
}
