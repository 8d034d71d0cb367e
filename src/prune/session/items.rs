//! The single weights, blocks or patterns of a model, in the order in which they would go.

use crate::cost::{CostModel, Lengths};
use crate::error::{Error, Result};
use crate::graph::{Graph, ValueId};
use crate::prune::allocate::{RankedLayer, RankedWeights, by_hand};
use crate::prune::criteria::{Layer, Scorer};
use crate::prune::groups::Groups;
use crate::prune::mask::{Blocks, Masks, WeightMask, n_m};
use crate::recipe::{Allocation, Granularity, Recipe};
use std::collections::BTreeMap;

/// What a criterion makes of a model's weights.
#[derive(Clone)]
pub enum Items {
    /// Weights or blocks, ranked.
    Ranked(RankedWeights),
    /// N:M leaves nothing to rank: the masks follow.
    Pattern(Masks),
}

impl Items {
    /// All that the recipe's granularity can remove, with its saliency by the scorer. Errors: a criterion that does not score this
    /// granularity.
    pub fn new(
        graph: &Graph,
        groups: &Groups,
        scorer: &dyn Scorer,
        recipe: &Recipe,
    ) -> Result<Items> {
        let macs = macs_by_tensor(graph);
        let mut ranked = Vec::new();
        let mut masks = Masks::default();
        for (at, (node, weights)) in groups.layers.iter().enumerate() {
            let name = graph.node_label(&graph.nodes[*node]);
            let mut known = ranked.iter_mut();
            if let Some(shared) = known.find(|l: &&mut RankedLayer| l.tensor == weights.tensor) {
                shared.names.push(name);
                continue;
            }
            let Some(layer) = Layer::new(graph, *node, weights) else {
                continue;
            };
            if masks.0.contains_key(&weights.tensor) {
                continue;
            }
            let saliency = scorer
                .weights(&layer)
                .ok_or_else(|| channels_only(recipe))?;
            if let Granularity::NM { n, m } = recipe.granularity {
                // Along what the layer reads; a depthwise filter reads one channel, so nothing of it goes.
                let axis = weights.reads.as_ref().map_or(1, |reads| reads.axis);
                let axis = axis.min(layer.shape.len() - 1);
                masks
                    .0
                    .insert(weights.tensor, n_m(&saliency, layer.shape, axis, n, m));
                continue;
            }
            let blocks = recipe
                .block
                .filter(|_| recipe.granularity == Granularity::Block)
                .map(|block| Blocks::new(layer.shape, layer.axis, block));
            let saliency = of_items(saliency, blocks.as_ref(), recipe);
            ranked.push(RankedLayer::new(
                (name, at),
                weights.tensor,
                &layer.weights,
                saliency,
                blocks,
                macs.get(&weights.tensor).copied().unwrap_or(0),
            ));
        }
        Ok(match recipe.granularity {
            Granularity::NM { .. } => Items::Pattern(masks),
            _ => Items::Ranked(RankedWeights { layers: ranked }),
        })
    }
}

/// The saliency of weights, or of the blocks that they fall into.
fn of_items(saliency: Vec<f32>, blocks: Option<&Blocks>, recipe: &Recipe) -> Vec<f32> {
    match blocks {
        Some(blocks) => blocks.scores(&saliency, recipe.reduction),
        None => saliency,
    }
}

/// The mask of a ranked layer when `count` items go, by the scorer that ranked them. `None` where that has no scores any more.
pub fn mask(
    graph: &Graph,
    groups: &Groups,
    scorer: &dyn Scorer,
    recipe: &Recipe,
    (ranked, count): (&RankedLayer, usize),
) -> Option<WeightMask> {
    let (node, weights) = &groups.layers[ranked.layer];
    let saliency = scorer.weights(&Layer::new(graph, *node, weights)?)?;
    let saliency = of_items(saliency, ranked.blocks.as_ref(), recipe);
    Some(ranked.mask(&saliency, count))
}

/// The masks of the layers of which something is to go. A pattern leaves no choice how much.
pub fn unprotected(masks: &Masks, graph: &Graph, recipe: &Recipe) -> Masks {
    let costs = CostModel::new(graph);
    let mut left = masks.clone();
    let by_default = match recipe.allocation {
        Allocation::Manual => 0.0,
        Allocation::Uniform | Allocation::Global => 1.0,
    };
    for layer in costs.rows() {
        if by_hand(recipe, [&layer.name]).unwrap_or(by_default) == 0.0 {
            left.0.remove(&layer.weight);
        }
    }
    left
}

fn macs_by_tensor(graph: &Graph) -> BTreeMap<ValueId, u64> {
    let costs = CostModel::new(graph);
    let own = Lengths::new();
    let mut macs = BTreeMap::new();
    for layer in costs.rows() {
        *macs.entry(layer.weight).or_default() += costs.macs_of(layer.node, &own);
    }
    macs
}

/// The error where a criterion that scores channels alone is to score anything else.
pub fn channels_only(recipe: &Recipe) -> Error {
    Error::BadRecipe(message!(
        "error-criterion-channels",
        criterion = recipe.criterion
    ))
}
