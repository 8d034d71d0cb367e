//! What goes, once a recipe's target has been met.

use super::Session;
use super::items::{self, Items, channels_only};
use crate::error::Result;
use crate::graph::{Graph, ValueId};
use crate::prune::branches::{Branch, Needed, mask};
use crate::prune::criteria::{Scorer, scorer};
use crate::prune::groups::UnitId;
use crate::prune::mask::{Masks, WeightMask};
use crate::prune::repack::mask_channels;
use crate::recipe::Recipe;
use std::borrow::Cow;

/// What goes.
#[derive(Debug, Clone)]
pub enum Choice {
    /// These channel units, in order.
    Units(Vec<UnitId>),
    /// These branches (their places in [`Session::branches`]), in order.
    Branches(Vec<usize>),
    /// So many items of each ranked layer, the least first.
    Items(Vec<usize>),
    /// Whatever these masks take.
    Pattern(Masks),
}

/// Which weights of one tensor stay.
pub enum KeptWeights<'a> {
    All,
    None,
    /// Those whose index along each axis stays: for each axis, whether each index does.
    Slices(Vec<Vec<bool>>, Vec<usize>),
    Mask(Cow<'a, WeightMask>),
}

impl KeptWeights<'_> {
    /// Whether the weight at this place in the tensor stays.
    pub fn keeps(&self, at: usize) -> bool {
        match self {
            KeptWeights::All => true,
            KeptWeights::None => false,
            KeptWeights::Slices(axes, shape) => {
                let mut rest = at;
                let axes = axes.iter().zip(shape).rev();
                axes.into_iter().all(|(kept, &length)| {
                    let index = rest % length;
                    rest /= length;
                    kept.get(index).copied().unwrap_or(true)
                })
            }
            KeptWeights::Mask(mask) => mask.keeps(at),
        }
    }
}

impl Session {
    /// Which weights of a tensor the current cut keeps.
    pub(super) fn kept_weights(&self, tensor: ValueId) -> KeptWeights<'_> {
        let Some((recipe, choice)) = &self.current else {
            return KeptWeights::All;
        };
        match (choice, &self.items) {
            (Choice::Units(removed), _) => self.kept_slices(tensor, removed),
            (Choice::Branches(removed), _) => {
                match self.needed(removed).values[tensor.0 as usize] {
                    true => KeptWeights::All,
                    false => KeptWeights::None,
                }
            }
            (Choice::Items(counts), Some((_, Items::Ranked(ranked)))) => {
                let layers = ranked.layers.iter().zip(counts);
                let mut own = layers.filter(|(layer, _)| layer.tensor == tensor);
                let mask = own.next().and_then(|(layer, &count)| {
                    let scorer = self.scorer(recipe).ok()?;
                    items::mask(&self.graph, &self.groups, &*scorer, recipe, (layer, count))
                });
                mask.map_or(KeptWeights::All, |mask| KeptWeights::Mask(Cow::Owned(mask)))
            }
            (Choice::Pattern(masks), _) => match masks.0.get(&tensor) {
                Some(mask) => KeptWeights::Mask(Cow::Borrowed(mask)),
                None => KeptWeights::All,
            },
            _ => KeptWeights::All,
        }
    }

    /// The branches at these places among those of the model.
    pub(in crate::prune) fn branches_at<'s>(
        &'s self,
        removed: &'s [usize],
    ) -> impl Iterator<Item = &'s Branch> {
        removed.iter().map(|&at| &self.branches()[at])
    }

    /// What the model still needs without these branches.
    pub(super) fn needed(&self, removed: &[usize]) -> Needed {
        Needed::without(&self.graph, self.branches_at(removed))
    }

    /// The dense model of a cut that leaves the file smaller, in which what was removed contributes nothing; `None` for a cut of
    /// single weights.
    pub(in crate::prune) fn masked_model(&self, choice: &Choice) -> Result<Option<Graph>> {
        Ok(match choice {
            Choice::Units(removed) => Some(mask_channels(&self.graph, &self.groups, removed)?),
            Choice::Branches(removed) => Some(mask(&self.graph, self.branches_at(removed))?),
            Choice::Items(_) | Choice::Pattern(_) => None,
        })
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

    /// The masks that a cut of weights comes to; none for a cut of channels. Errors: a criterion that has no scores any more.
    pub(in crate::prune) fn masks(&self) -> Result<Masks> {
        let (recipe, choice) = self.current()?;
        match (choice, &self.items) {
            (Choice::Items(counts), Some((_, Items::Ranked(ranked)))) => {
                let scorer = self.scorer(recipe)?;
                let layers = ranked.layers.iter().zip(counts.iter().copied());
                let masks = layers.filter(|(_, count)| *count > 0).map(|ranked| {
                    let mask = items::mask(&self.graph, &self.groups, &*scorer, recipe, ranked);
                    let mask = mask.ok_or_else(|| channels_only(recipe))?;
                    Ok((ranked.0.tensor, mask))
                });
                masks.collect::<Result<_>>().map(Masks)
            }
            (Choice::Pattern(masks), _) => Ok(masks.clone()),
            _ => Ok(Masks::default()),
        }
    }

    /// The criterion of a recipe, ready to judge this model.
    fn scorer(&self, recipe: &Recipe) -> Result<Box<dyn Scorer + '_>> {
        scorer(&recipe.criterion, recipe.seed, self.measured())
    }
}
