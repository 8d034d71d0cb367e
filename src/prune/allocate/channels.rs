//! Which channel units go.

use super::limits::by_hand;
use super::{least_level, out_of_reach};
use crate::cost::{CostModel, Lengths};
use crate::error::Result;
use crate::graph::{Dim, Graph};
use crate::ops::coupling::Axis;
use crate::prune::groups::{Group, Groups, UnitId};
use crate::recipe::{Allocation, Recipe, Target};
use std::collections::BTreeMap;

/// Units in the order in which they go, kept until the criterion changes.
#[derive(Clone)]
pub struct RankedUnits {
    /// By unit.
    pub scores: Vec<f32>,
    /// Each group's units, the least first; of equal ones the lower number first.
    pub by_group: Vec<Vec<UnitId>>,
    /// All units, likewise.
    all: Vec<UnitId>,
    /// The axes that units have slices of, their lengths in the dense model, and for each unit a number into them per slice.
    axes: Vec<(Axis, usize)>,
    slots: Vec<Vec<u32>>,
}

impl RankedUnits {
    /// Ranks each group's units from the least salient up. `scores`: one for each unit.
    pub fn new(graph: &Graph, groups: &Groups, scores: Vec<f32>) -> Self {
        let order = |mut units: Vec<UnitId>| {
            units.sort_by(|a, b| {
                let score = |u: &UnitId| scores[u.0 as usize];
                score(a).total_cmp(&score(b)).then(a.cmp(b))
            });
            units
        };
        let by_group = (0..groups.groups.len()).map(|g| order(groups.units_of(g).collect()));
        let mut numbers: BTreeMap<Axis, u32> = BTreeMap::new();
        let mut axes = Vec::new();
        let mut slots = Vec::with_capacity(groups.units.len());
        for unit in &groups.units {
            let numbered = unit.elements.iter().map(|element| {
                *numbers.entry(element.axis).or_insert_with(|| {
                    axes.push((element.axis, length(graph, element.axis)));
                    axes.len() as u32 - 1
                })
            });
            slots.push(numbered.collect());
        }
        RankedUnits {
            by_group: by_group.collect(),
            all: order((0..groups.units.len() as u32).map(UnitId).collect()),
            axes,
            slots,
            scores,
        }
    }

    /// The lengths of axes once these units are gone.
    pub fn lengths(&self, removed: &[UnitId]) -> Lengths {
        let mut left: Vec<usize> = self.axes.iter().map(|(_, length)| *length).collect();
        for unit in removed {
            for &slot in &self.slots[unit.0 as usize] {
                left[slot as usize] -= 1;
            }
        }
        let axes = self.axes.iter().map(|(axis, _)| *axis);
        axes.zip(left).collect()
    }

    /// The first `counts[group]` units of each group.
    fn least(&self, counts: &[usize]) -> Vec<UnitId> {
        let mut removed: Vec<UnitId> = self
            .by_group
            .iter()
            .zip(counts)
            .flat_map(|(units, &count)| units[..count].iter().copied())
            .collect();
        removed.sort_unstable();
        removed
    }
}

fn length(graph: &Graph, axis: Axis) -> usize {
    let value = graph.value(axis.value);
    let typed = value
        .ty
        .as_ref()
        .and_then(|ty| ty.shape.get(axis.axis).map(Dim::of_one));
    typed
        .or_else(|| value.constant.as_ref()?.shape().get(axis.axis).copied())
        .unwrap_or(0)
}

/// The units that a recipe removes: as few as meet its target. In each group it is the least that go.
///
/// `file_bytes` is the size of the dense model's file.
pub fn choose_units(
    graph: &Graph,
    groups: &Groups,
    ranked: &RankedUnits,
    costs: &CostModel<'_>,
    recipe: &Recipe,
    file_bytes: u64,
) -> Result<Vec<UnitId>> {
    let limits: Vec<Limit> = groups
        .groups
        .iter()
        .map(|group| Limit::new(graph, groups, group, recipe))
        .collect();
    let units = groups.units.len();
    let group_of: Vec<usize> = groups.units.iter().map(|unit| unit.group).collect();
    let at_level = |level: usize| -> Vec<UnitId> {
        let mut counts = vec![0usize; limits.len()];
        match recipe.allocation {
            Allocation::Global => {
                for unit in &ranked.all[..level] {
                    counts[group_of[unit.0 as usize]] += 1;
                }
            }
            Allocation::Uniform => {
                let share = level as f64 / units.max(1) as f64;
                for (count, limit) in counts.iter_mut().zip(&limits) {
                    *count = (share * limit.units as f64).round() as usize;
                }
            }
            Allocation::Manual => {}
        }
        for (count, limit) in counts.iter_mut().zip(&limits) {
            *count = limit.apply(*count);
        }
        ranked.least(&counts)
    };
    let target = match (recipe.allocation, recipe.target) {
        (Allocation::Manual, _) | (_, None) => return Ok(at_level(0)),
        (_, Some(target)) => target,
    };
    let share_at = |level: usize| share_left(ranked, costs, &at_level(level), target, file_bytes);
    let met = |level: usize| match target {
        Target::Sparsity(asked) => share_at(level) * units as f64 >= (asked * units as f64).round(),
        Target::Parameters(asked) | Target::Macs(asked) | Target::Bytes(asked) => {
            share_at(level) <= asked
        }
    };
    match least_level(units, met) {
        Some(level) => Ok(at_level(level)),
        None => {
            let free = recipe.without_limits();
            let limited = free != *recipe
                && choose_units(graph, groups, ranked, costs, &free, file_bytes).is_ok();
            Err(out_of_reach(target, share_at(units), limited))
        }
    }
}

/// What is left of a target's quantity when these units are gone, as a share of the dense model; for sparsity, the share of
/// the units that goes.
pub fn share_left(
    ranked: &RankedUnits,
    costs: &CostModel<'_>,
    removed: &[UnitId],
    target: Target,
    file_bytes: u64,
) -> f64 {
    let dense = Lengths::new();
    let lengths = || ranked.lengths(removed);
    let share = |now: u64, whole: u64| now as f64 / whole.max(1) as f64;
    match target {
        Target::Sparsity(_) => removed.len() as f64 / ranked.all.len().max(1) as f64,
        Target::Parameters(_) => share(costs.parameters(&lengths()), costs.parameters(&dense)),
        Target::Macs(_) => share(costs.macs(&lengths()), costs.macs(&dense)),
        Target::Bytes(_) => share(costs.bytes(&lengths(), file_bytes), file_bytes),
    }
}

/// The groups of which the recipe's limits let no more go, where more was asked or may have been.
pub fn groups_at_limit(
    graph: &Graph,
    groups: &Groups,
    recipe: &Recipe,
    removed: &[UnitId],
) -> Vec<usize> {
    let at_limit = |group: &&Group| {
        let limit = Limit::new(graph, groups, group, recipe);
        let gone = removed.iter().filter(|u| group.units.contains(&u.0));
        match limit.fixed {
            Some(asked) => asked > limit.most,
            None => {
                recipe.allocation != Allocation::Manual && gone.count() == limit.apply(limit.units)
            }
        }
    };
    let held = groups.groups.iter().filter(at_limit);
    held.map(|group| group.id).collect()
}

/// What may go from one group.
struct Limit {
    units: usize,
    /// At most this many may go.
    most: usize,
    /// Exactly this many go.
    fixed: Option<usize>,
    /// The units that stay are a multiple of this, if that leaves any to go.
    multiple: usize,
}

impl Limit {
    fn new(graph: &Graph, groups: &Groups, group: &Group, recipe: &Recipe) -> Self {
        let units = group.units.len();
        let per_unit = channels_per_unit(groups, group);
        let fewest = per_unit.iter().copied().min().unwrap_or(1);
        let floor = recipe.floor.div_ceil(fewest).clamp(1, units);
        let multiples = per_unit
            .iter()
            .map(|&channels| recipe.round_to / gcd(recipe.round_to, channels));
        let by_share = (recipe.most_of_a_layer() * units as f64).floor() as usize;
        let most = by_share.min(units - floor);
        let names = group
            .producers
            .iter()
            .map(|p| graph.node_label(&graph.nodes[p.node]));
        let said = by_hand(recipe, names);
        Limit {
            units,
            most,
            fixed: said.map(|share| (share * units as f64).round() as usize),
            multiple: multiples.fold(1, |a, b| a / gcd(a, b) * b),
        }
    }

    fn apply(&self, wanted: usize) -> usize {
        let count = self.fixed.unwrap_or(wanted).min(self.most);
        if count == 0 {
            return 0;
        }
        let kept = (self.units - count).next_multiple_of(self.multiple);
        self.units - kept.min(self.units)
    }
}

/// How many channels of each layer that the group cuts a unit holds: several where those of a grouped convolution go in
/// lockstep, say.
fn channels_per_unit(groups: &Groups, group: &Group) -> Vec<usize> {
    let elements = &groups.unit(UnitId(group.units.start)).elements;
    let of_layer = |axis: Axis| elements.iter().filter(|e| e.axis == axis).count();
    let layers = group.producers.iter();
    let counts = layers.map(|producer| of_layer(producer.along()));
    counts.filter(|&count| count > 0).collect()
}

fn gcd(a: usize, b: usize) -> usize {
    if b == 0 { a } else { gcd(b, a % b) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_hold_and_rounding_keeps_more() {
        let limit = Limit {
            units: 30,
            most: 20,
            fixed: None,
            multiple: 8,
        };
        // 30 − 7 = 23 stay, rounded up to 24.
        assert_eq!(limit.apply(7), 6);
        assert_eq!(limit.apply(29), 14);
        assert_eq!(limit.apply(0), 0);
        let protected = Limit {
            fixed: Some(0),
            ..limit
        };
        assert_eq!(protected.apply(12), 0);
    }
}
