//! A layer's channels by score, for drawing the bars and the line between what stays and what goes.

use super::Session;
use super::choice::Choice;
use crate::cost::CostModel;
use crate::error::{Error, Result};
use crate::message::Message;
use crate::ops::coupling::Axis;
use crate::prune::criteria::{Layer, scorer};
use crate::prune::groups::UnitId;
use std::collections::BTreeMap;

/// Scores from high to low; the first `kept` of them stay.
#[derive(Debug, Clone, PartialEq)]
pub struct ScoreBars {
    pub scores: Vec<f32>,
    /// The channel that each belongs to.
    pub channels: Vec<u32>,
    pub kept: usize,
    /// The score of the least channel that stays, where some go.
    pub threshold: Option<f32>,
    /// What the numbers are.
    pub label: Message,
}

impl Session {
    /// The output channels of a layer (its place among the cost model's rows) by score.
    pub fn scores(&self, layer: usize) -> Result<ScoreBars> {
        let node = self.layer_node(layer)?;
        let (recipe, choice) = self.current()?;
        match (choice, self.unit_of_channels(node)) {
            (Choice::Units(removed), Some(units)) => {
                Ok(self.unit_bars(units, removed, &recipe.criterion))
            }
            _ => self.slice_bars(node, &recipe.criterion, recipe.seed),
        }
    }

    /// The lowest score among the channels of a layer that stay, where some of them go.
    pub(super) fn channel_threshold(&self, node: usize) -> Option<f32> {
        match &self.current.as_ref()?.1 {
            Choice::Units(removed) => {
                let units = self.unit_of_channels(node)?;
                self.unit_bars(units, removed, "").threshold
            }
            _ => None,
        }
    }

    fn layer_node(&self, layer: usize) -> Result<usize> {
        let costs = CostModel::new(&self.graph);
        let row = costs.rows().get(layer);
        row.map(|row| row.node)
            .ok_or_else(|| Error::BadInput(message!("error-no-layer", layer = layer)))
    }

    /// The unit of each output channel of a node that can be cut, by channel.
    fn unit_of_channels(&self, node: usize) -> Option<BTreeMap<usize, UnitId>> {
        let (_, weights) = self.groups.layers.iter().find(|(at, _)| *at == node)?;
        let axis = Axis {
            value: weights.tensor,
            axis: weights.makes,
        };
        let groups = self
            .groups
            .groups
            .iter()
            .filter(|g| g.members.contains(&axis));
        let units = groups.flat_map(|g| self.groups.units_of(g.id));
        let channels: BTreeMap<usize, UnitId> = units
            .flat_map(|unit| {
                let elements = self.groups.unit(unit).elements.iter();
                elements
                    .filter(|e| e.axis == axis)
                    .map(move |e| (e.index, unit))
            })
            .collect();
        (!channels.is_empty()).then_some(channels)
    }

    fn unit_bars(
        &self,
        units: BTreeMap<usize, UnitId>,
        removed: &[UnitId],
        criterion: &str,
    ) -> ScoreBars {
        let score = |unit: UnitId| match &self.units {
            Some((_, ranked)) => ranked.scores[unit.0 as usize],
            None => 0.0,
        };
        let goes = |unit: &UnitId| removed.binary_search(unit).is_ok();
        let mut order: Vec<(bool, f32, u32)> = units
            .iter()
            .map(|(&channel, unit)| (goes(unit), score(*unit), channel as u32))
            .collect();
        // What stays comes first, even where a tie or a limit makes a channel stay that scores no higher.
        order.sort_by(|a, b| a.0.cmp(&b.0).then(b.1.total_cmp(&a.1)).then(a.2.cmp(&b.2)));
        let kept = order.iter().filter(|(goes, _, _)| !goes).count();
        let last_kept = order[..kept].last().filter(|_| kept < order.len());
        ScoreBars {
            threshold: last_kept.map(|(_, score, _)| *score),
            scores: order.iter().map(|(_, score, _)| *score).collect(),
            channels: order.iter().map(|(_, _, channel)| *channel).collect(),
            kept,
            label: message!("note-score-units", criterion = criterion),
        }
    }

    /// Channels by the criterion alone, where they do not go as channels.
    fn slice_bars(&self, node: usize, name: &str, seed: u32) -> Result<ScoreBars> {
        let scorer = scorer(name, seed, self.measured())?;
        let found = self.groups.layers.iter().find(|(at, _)| *at == node);
        let layer = found.and_then(|(_, weights)| Layer::new(&self.graph, node, weights));
        let scores = layer
            .and_then(|layer| scorer.slices(&layer))
            .unwrap_or_default();
        let mut order: Vec<(f32, u32)> = scores.into_iter().zip(0..).collect();
        order.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        Ok(ScoreBars {
            scores: order.iter().map(|(score, _)| *score).collect(),
            channels: order.iter().map(|(_, channel)| *channel).collect(),
            kept: order.len(),
            threshold: None,
            label: message!("note-score-slices", criterion = name),
        })
    }

    /// The weight tensor of a layer (its place among the cost model's rows), seen as a layer.
    pub(super) fn layer(&self, layer: usize) -> Result<Layer<'_>> {
        let node = self.layer_node(layer)?;
        let found = self.groups.layers.iter().find(|(at, _)| *at == node);
        let layer = found.and_then(|(_, weights)| Layer::new(&self.graph, node, weights));
        layer.ok_or_else(|| {
            let name = self.graph.node_label(&self.graph.nodes[node]);
            Error::BadInput(message!("error-weights-unreadable", name = name))
        })
    }
}
