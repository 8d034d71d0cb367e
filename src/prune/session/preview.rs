//! What the current cut comes to, counted without making it.

use super::Session;
use super::choice::Choice;
use super::items::Items;
use crate::cost::{CostModel, LayerCost, Lengths, ModelCost, Totals};
use crate::error::Result;
use crate::graph::{Graph, ValueId};
use crate::message::Message;
use crate::prune::allocate::{RankedLayer, bytes_left};
use crate::prune::branches::{Needed, remove};
use crate::recipe::Recipe;
use serde::Serialize;
use std::collections::BTreeMap;

/// A cut, counted.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify), tsify(missing_as_null))]
pub struct Preview {
    pub before: Totals,
    pub after: Totals,
    /// Whether `after.bytes` is the size of the file, or (until it is written) what the tensors' sizes let expect.
    pub bytes_are_exact: bool,
    pub layers: Vec<LayerCut>,
    pub warnings: Vec<Message>,
}

/// What is left of one layer.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify), tsify(missing_as_null))]
pub struct LayerCut {
    /// Its place among the layers.
    pub id: usize,
    pub channels_in: usize,
    pub channels_out: usize,
    pub parameters: u64,
    pub nonzeros: u64,
    pub macs: u64,
    pub bytes: u64,
    /// Share of its output channels that goes, 0 to 1.
    pub channels_gone: f64,
    /// Share of its weights that goes, 0 to 1.
    pub sparsity: f64,
    /// The saliency below which things go in this layer, where there is one.
    pub threshold: Option<f32>,
}

impl Session {
    /// Makes a recipe the current cut and counts what it comes to. On an error the cut before it stays.
    pub fn preview(&mut self, recipe: &Recipe) -> Result<Preview> {
        self.choose(recipe)?;
        let costs = self.costs();
        let dense = Lengths::new();
        let before = costs.totals(&dense, self.file_bytes);
        let (_, choice) = self.current()?;
        let warnings = self.warnings()?;
        Ok(match choice {
            Choice::Units(removed) => {
                let lengths = self.lengths(removed);
                let bytes = costs.bytes(&lengths, self.file_bytes);
                let was = costs.layers(&dense);
                let is = costs.layers(&lengths);
                let rows = was.iter().zip(&is).enumerate();
                Preview {
                    after: costs.totals(&lengths, bytes),
                    before,
                    bytes_are_exact: false,
                    layers: rows
                        .map(|(id, (was, is))| LayerCut {
                            sparsity: share_gone(elements(was), elements(is)),
                            threshold: self.channel_threshold(costs.rows()[id].node),
                            ..LayerCut::of(id, was, is)
                        })
                        .collect(),
                    warnings,
                }
            }
            Choice::Branches(removed) => {
                let needed = self.needed(removed);
                let packed = remove(&self.graph, self.branches_at(removed));
                let left = self.costs_of(&packed);
                let bytes = bytes_left(&self.graph, &needed, self.file_bytes);
                Preview {
                    after: left.totals(&dense, bytes),
                    before,
                    bytes_are_exact: false,
                    layers: self.rows_left(&needed, &left.layers(&dense)),
                    warnings,
                }
            }
            Choice::Items(_) | Choice::Pattern(_) => {
                let left = self.nonzeros_left();
                let mut after = before;
                let was = costs.layers(&dense);
                let rows = costs.rows().iter().zip(&was).enumerate();
                let layers = rows
                    .map(|(id, (row, was))| {
                        let mut cut = LayerCut::of(id, was, was);
                        if let Some(left) = left.get(&row.weight) {
                            cut.nonzeros -= (left.before - left.after) as u64;
                            cut.sparsity =
                                share_gone(left.weights as u64, (left.weights - left.gone) as u64);
                            cut.threshold = left.threshold;
                        }
                        cut
                    })
                    .collect();
                after.nonzeros -= left
                    .values()
                    .map(|l| (l.before - l.after) as u64)
                    .sum::<u64>();
                Preview {
                    before,
                    after,
                    // A mask changes numbers in the file, never how many there are.
                    bytes_are_exact: false,
                    layers,
                    warnings,
                }
            }
        })
    }

    /// The layers of a finished cut as rows beside those of the dense model.
    pub fn layers_after(&self, after: &ModelCost) -> Vec<LayerCut> {
        if let Some((_, Choice::Branches(removed))) = &self.current {
            return self.rows_left(&self.needed(removed), &after.layers);
        }
        let was = self.costs().layers(&Lengths::new());
        let rows = was.iter().zip(&after.layers).enumerate();
        rows.map(|(id, (was, is))| {
            let kept = is.nonzeros as f64 / was.nonzeros.max(1) as f64;
            LayerCut {
                sparsity: 1.0 - kept,
                ..LayerCut::of(id, was, is)
            }
        })
        .collect()
    }

    /// What a model costs that has some of the tensors of this one, under their names: their zeros are not counted again.
    fn costs_of<'g>(&self, packed: &'g Graph) -> CostModel<'g> {
        let known = self.costs().into_nonzeros();
        let name = |id: ValueId| self.graph.value(id).name.as_str();
        let by_name: BTreeMap<&str, u64> = known.iter().map(|(&id, &n)| (name(id), n)).collect();
        let values = packed.values.iter().zip(0..);
        let nonzeros = values.filter_map(|(value, id)| {
            let count = by_name.get(value.name.as_str())?;
            Some((ValueId(id), *count))
        });
        CostModel::new(packed).with_nonzeros(nonzeros.collect())
    }

    /// The layers that are needed, which cost so much, and nothing of the others, as rows beside those of the dense model.
    fn rows_left(&self, needed: &Needed, left: &[LayerCost]) -> Vec<LayerCut> {
        let costs = self.costs();
        let mut left = left.iter();
        let rows = costs.rows().iter().zip(costs.layers(&Lengths::new()));
        let rows = rows.enumerate().map(|(id, (row, was))| {
            let is = match needed.nodes[row.node] {
                true => left.next(),
                false => None,
            };
            match is {
                Some(is) => LayerCut::of(id, &was, is),
                None => LayerCut::gone(id),
            }
        });
        rows.collect()
    }

    pub(super) fn lengths(&self, removed: &[crate::prune::groups::UnitId]) -> Lengths {
        match &self.units {
            Some((_, ranked)) => ranked.lengths(removed),
            None => Lengths::new(),
        }
    }

    /// By tensor, what a cut of weights leaves.
    fn nonzeros_left(&self) -> BTreeMap<ValueId, Left> {
        let Some((_, choice)) = &self.current else {
            return BTreeMap::new();
        };
        match (choice, &self.items) {
            (Choice::Items(counts), Some((_, Items::Ranked(ranked)))) => {
                let layers = ranked.layers.iter().zip(counts);
                layers
                    .map(|(l, &count)| (l.tensor, Left::ranked(l, count)))
                    .collect()
            }
            (Choice::Pattern(masks), _) => {
                let tensors = masks.0.iter();
                let left = tensors.filter_map(|(&tensor, mask)| {
                    Some((tensor, Left::masked(&self.graph, tensor, mask)?))
                });
                left.collect()
            }
            _ => BTreeMap::new(),
        }
    }
}

struct Left {
    weights: usize,
    gone: usize,
    /// Weights that are not zero, before and after.
    before: usize,
    after: usize,
    threshold: Option<f32>,
}

impl Left {
    fn ranked(layer: &RankedLayer, count: usize) -> Left {
        let per_item = layer.weights as f64 / layer.items().max(1) as f64;
        Left {
            weights: layer.weights,
            gone: ((count as f64 * per_item).round() as usize).min(layer.weights),
            before: layer.nonzeros,
            after: layer.nonzeros_after(count),
            threshold: layer.threshold(count),
        }
    }

    fn masked(
        graph: &Graph,
        tensor: ValueId,
        mask: &crate::prune::mask::WeightMask,
    ) -> Option<Left> {
        let weights = graph.constant(tensor)?.floats()?;
        let before = weights.iter().filter(|w| **w != 0.0).count();
        let kept = weights
            .iter()
            .enumerate()
            .filter(|(i, w)| **w != 0.0 && mask.keeps(*i));
        Some(Left {
            weights: weights.len(),
            gone: mask.removed(),
            before,
            after: kept.count(),
            threshold: None,
        })
    }
}

impl LayerCut {
    /// A layer that was removed whole.
    fn gone(id: usize) -> LayerCut {
        LayerCut {
            id,
            channels_in: 0,
            channels_out: 0,
            parameters: 0,
            nonzeros: 0,
            macs: 0,
            bytes: 0,
            channels_gone: 1.0,
            sparsity: 1.0,
            threshold: None,
        }
    }

    fn of(id: usize, was: &LayerCost, is: &LayerCost) -> LayerCut {
        LayerCut {
            id,
            channels_in: is.channels_in,
            channels_out: is.channels_out,
            channels_gone: share_gone(was.channels_out as u64, is.channels_out as u64),
            parameters: is.parameters,
            nonzeros: is.nonzeros,
            macs: is.macs,
            bytes: is.bytes,
            sparsity: 0.0,
            threshold: None,
        }
    }
}

fn elements(cost: &LayerCost) -> u64 {
    cost.weight_shape.iter().map(|&n| n as u64).product()
}

fn share_gone(was: u64, is: u64) -> f64 {
    1.0 - is as f64 / was.max(1) as f64
}
