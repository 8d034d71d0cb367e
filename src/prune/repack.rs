//! Re-packing: removed channels leave every tensor they touch, and a smaller model is left.
//!
//! Two models come from one list of removed units: the *masked* one has the dense shapes and zeros in the units'
//! weights and in the scales of the normalizations behind them; the *re-packed* one has no trace of them. They compute
//! the same function: what the masked channels still carry is settled by [`super::constants`].
//!
//! The scales count as masked so that a removed channel holds its normalization's shift, which is the mean that the
//! channel had in training. With the weights alone zeroed, it would hold what the normalization makes of a zero that
//! never occurred, and everything behind would be off by it.

mod bias;
mod cut;
mod lists;
mod shapes;

use super::constants::{NotExact, Settlement, settle};
use super::flow::Indices;
use super::groups::{Groups, UnitId};
use super::lineage::Lineage;
use crate::error::{Error, Result};
use crate::graph::Graph;
use crate::message::Message;
use crate::ops::coupling::Axis;
use std::collections::{BTreeMap, BTreeSet};

/// A layer that read removed channels.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct Note {
    pub layer: String,
    /// How many of its input channels this is about.
    pub channels: usize,
    pub what: Message,
}

/// What re-packing did beside removing.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RepackReport {
    pub removed_units: usize,
    /// Layers whose bias took over the constants of removed channels. The outputs are those of the masked model.
    pub folded: Vec<Note>,
    /// Layers whose weights for removed channels were zeroed, their constants dropped.
    pub zeroed: Vec<Note>,
    /// The names of nodes that hold numbers from now on where the model computed sizes from those of its inputs: the re-packed model may
    /// run at the sizes only that were given to open it.
    pub settled: Vec<String>,
}

/// A re-packed model.
#[derive(Debug, Clone)]
pub struct Repacked {
    /// It records what it still has of the model that it, or its parents, were cut from.
    pub graph: Graph,
    pub report: RepackReport,
}

/// The dense model with the removed units' weights and scales zeroed, shapes as before.
///
/// # Errors
/// [`Error::BadRecipe`] where a whole group would go, [`Error::BadModel`] where the model's numbers are not finite.
pub fn mask_channels(graph: &Graph, groups: &Groups, removed: &[UnitId]) -> Result<Graph> {
    Plan::new(graph, groups, removed)?.take_masked()
}

/// The model without the removed units, its shapes inferred anew.
///
/// # Errors
/// As [`mask_channels`], and [`Error::BadModel`] where a node can't follow its tensors' new shapes.
pub fn repack(graph: &Graph, groups: &Groups, removed: &[UnitId]) -> Result<Repacked> {
    Plan::new(graph, groups, removed)?.repack(graph, groups)
}

/// What the masked and the re-packed model are made from.
pub struct Plan {
    units: usize,
    removed: Indices,
    /// The dense graph with the weights and scales that make removed channels zeroed.
    masked: Graph,
    settlement: Settlement,
}

impl Plan {
    /// Plans the removal of some units. Errors: as [`mask_channels`].
    pub fn new(graph: &Graph, groups: &Groups, removed: &[UnitId]) -> Result<Self> {
        let units: BTreeSet<UnitId> = removed.iter().copied().collect();
        check(graph, groups, &units)?;
        let mut indices: BTreeMap<Axis, Vec<usize>> = BTreeMap::new();
        for element in units.iter().flat_map(|&unit| &groups.unit(unit).elements) {
            indices.entry(element.axis).or_default().push(element.index);
        }
        for indices in indices.values_mut() {
            indices.sort_unstable();
            indices.dedup();
        }
        let removed = indices;
        let mut masked = graph.clone();
        let makers = groups.layers.iter().map(|(_, weights)| Axis {
            value: weights.tensor,
            axis: weights.makes,
        });
        let others = groups.scales.iter().chain(&groups.blanks).copied();
        let masks: BTreeSet<Axis> = makers.chain(others).collect();
        for axis in masks {
            if let Some(indices) = removed.get(&axis) {
                zero(&mut masked, axis, indices)?;
            }
        }
        let settlement = settle(&masked, groups, &removed)?;
        Ok(Plan {
            units: units.len(),
            removed,
            masked,
            settlement,
        })
    }

    /// The re-packed model. `graph` and `groups` are those that the plan is for. Errors: as [`repack`].
    pub fn repack(&self, graph: &Graph, groups: &Groups) -> Result<Repacked> {
        let kept = kept_indices(graph, &self.removed);
        let mut packed = graph.clone();
        cut::constants(&mut packed, &kept)?;
        let settled = shapes::rewrite(graph, &mut packed, &kept)?;
        bias::fold(graph, &mut packed, groups, &kept, &self.settlement.folds)?;
        packed.sort_nodes()?;
        shapes::confirm(graph, &mut packed, &kept)?;
        packed.drop_unused();
        let cut = Lineage::of(graph, groups, &kept);
        Lineage::read(graph)?.then(&cut).write(&mut packed);
        Ok(Repacked {
            graph: packed,
            report: RepackReport {
                settled,
                ..self.report(graph, groups)
            },
        })
    }

    /// The masked model, which the plan has once. Errors: as [`mask_channels`].
    pub fn take_masked(&mut self) -> Result<Graph> {
        let mut masked = std::mem::take(&mut self.masked);
        for (&axis, slices) in &self.settlement.zeroed {
            let slices: Vec<usize> = slices.iter().copied().collect();
            zero(&mut masked, axis, &slices)?;
        }
        Ok(masked)
    }

    fn report(&self, graph: &Graph, groups: &Groups) -> RepackReport {
        let label = |layer: usize| graph.node_label(&graph.nodes[groups.layers[layer].0]);
        let folded = self.settlement.folds.iter().map(|fold| Note {
            layer: label(fold.layer),
            channels: fold.channels,
            what: message!("note-constants-folded"),
        });
        let zeroed = self.settlement.zeros.iter().map(|zero| Note {
            layer: label(zero.layer),
            channels: zero.channels,
            what: match zero.why {
                NotExact::Varies => {
                    message!("note-constants-vary")
                }
                NotExact::Border => {
                    message!("note-constants-border")
                }
                NotExact::Shared => {
                    message!("note-constants-shared")
                }
            },
        });
        RepackReport {
            removed_units: self.units,
            folded: folded.collect(),
            zeroed: zeroed.collect(),
            settled: Vec::new(),
        }
    }
}

/// At least one unit of each group has to stay: a layer without channels is no layer.
fn check(graph: &Graph, groups: &Groups, removed: &BTreeSet<UnitId>) -> Result<()> {
    if let Some(unit) = removed.iter().find(|u| u.0 as usize >= groups.units.len()) {
        return Err(Error::BadRecipe(message!(
            "error-no-unit",
            unit = unit.0,
            units = groups.units.len()
        )));
    }
    for group in &groups.groups {
        let units = UnitId(group.units.start)..UnitId(group.units.end);
        if removed.range(units).count() == group.units.len() {
            let layer = match group.producers.first() {
                Some(producer) => graph.node_label(&graph.nodes[producer.node]),
                None => format!("group {}", group.id),
            };
            return Err(Error::BadRecipe(message!(
                "error-whole-layer",
                channels = group.units.len(),
                layer = layer
            )));
        }
    }
    Ok(())
}

/// The indices that stay, of each axis that loses some.
fn kept_indices(graph: &Graph, removed: &Indices) -> Indices {
    let kept = removed.iter().filter_map(|(&axis, removed)| {
        let ty = graph.value(axis.value).ty.as_ref()?;
        let len = ty.shape.get(axis.axis)?.of_one();
        let stays = |i: &usize| removed.binary_search(i).is_err();
        Some((axis, (0..len).filter(stays).collect()))
    });
    kept.collect()
}

fn zero(graph: &mut Graph, axis: Axis, indices: &[usize]) -> Result<()> {
    let tensor = graph.constant_mut(axis.value);
    match tensor.is_some_and(|tensor| cut::zero(tensor, axis.axis, indices)) {
        true => Ok(()),
        false => Err(not_stored(&graph.value(axis.value).name)),
    }
}

fn not_stored(name: &str) -> Error {
    Error::BadModel(message!("error-not-stored", name = name))
}
