//! From what hangs together to units and groups.

use super::coupling_graph::CouplingGraph;
use super::{Element, Group, Role, Unit};
use crate::ops::coupling::{Axis, Weights};
use std::collections::{BTreeMap, BTreeSet};

/// A group before it has a number.
struct Draft {
    producers: Vec<Role>,
    members: Vec<Axis>,
    units: Vec<Vec<Element>>,
}

impl Draft {
    /// The first channel that a unit has of the first producer.
    fn first_channel(&self, unit: &[Element]) -> Option<usize> {
        let along = self.producers.first()?.along();
        let first = unit.iter().find(|element| element.axis == along);
        first.map(|element| element.index)
    }

    fn place(&self) -> (Option<Role>, Option<usize>) {
        let channel = self.units.first().and_then(|unit| self.first_channel(unit));
        (self.producers.first().copied(), channel)
    }
}

/// Sorts the free components into groups: groups by their first producer in the graph's order, units by the
/// first producer's channels. A component alone in its group can't go without emptying a layer: its channels are
/// counted, by the axis of the weights that make them, in the third answer.
pub fn collect(
    coupling: &mut CouplingGraph,
    layers: &[(usize, Weights)],
) -> (Vec<Group>, Vec<Unit>, BTreeMap<Axis, usize>) {
    let makers = roles(layers, |weights| Some(weights.makes));
    let readers = roles(layers, |weights| Some(weights.reads.as_ref()?.axis));
    let axes: BTreeSet<Axis> = makers.keys().copied().collect();

    let mut drafts = drafts(coupling, &axes, &makers);
    let mut single: BTreeMap<Axis, usize> = BTreeMap::new();
    drafts.retain(|draft| {
        if let [unit] = &draft.units[..] {
            for element in unit.iter().filter(|e| axes.contains(&e.axis)) {
                *single.entry(element.axis).or_default() += 1;
            }
        }
        draft.units.len() > 1
    });
    drafts.sort_by_key(Draft::place);

    let (mut groups, mut all): (Vec<Group>, Vec<Unit>) = (Vec::new(), Vec::new());
    for (id, draft) in drafts.into_iter().enumerate() {
        let start = all.len() as u32;
        let units = draft.units.into_iter();
        all.extend(units.map(|elements| Unit {
            group: id,
            elements,
        }));
        groups.push(Group {
            id,
            units: start..all.len() as u32,
            consumers: among(&readers, &draft.members),
            members: draft.members,
            producers: draft.producers,
        });
    }
    (groups, all, single)
}

/// The components by the axes that they touch.
fn drafts(coupling: &mut CouplingGraph, axes: &BTreeSet<Axis>, makers: &Roles) -> Vec<Draft> {
    let mut by_footprint: BTreeMap<Vec<Axis>, Vec<Vec<Element>>> = BTreeMap::new();
    for component in coupling.free_components(axes) {
        let pairs = component.into_iter();
        let unit: Vec<Element> = pairs.map(|(axis, index)| Element { axis, index }).collect();
        let mut footprint: Vec<Axis> = unit.iter().map(|e| e.axis).collect();
        footprint.dedup();
        by_footprint.entry(footprint).or_default().push(unit);
    }
    let drafts = by_footprint.into_iter().map(|(members, units)| {
        let mut draft = Draft {
            producers: among(makers, &members),
            members,
            units: Vec::new(),
        };
        let mut units = units;
        units.sort_by_key(|unit| draft.first_channel(unit));
        draft.units = units;
        draft
    });
    drafts.collect()
}

/// Roles by the axis that they speak of, each with the place of its layer.
type Roles = BTreeMap<Axis, Vec<(usize, Role)>>;

fn roles(layers: &[(usize, Weights)], axis: impl Fn(&Weights) -> Option<usize>) -> Roles {
    let mut roles = Roles::new();
    for (at, (node, weights)) in layers.iter().enumerate() {
        if let Some(axis) = axis(weights) {
            let role = Role {
                node: *node,
                tensor: weights.tensor,
                axis,
            };
            roles.entry(role.along()).or_default().push((at, role));
        }
    }
    roles
}

/// The roles whose axis is among the members, in the order of the graph.
fn among(roles: &Roles, members: &[Axis]) -> Vec<Role> {
    let here = members.iter().filter_map(|axis| roles.get(axis)).flatten();
    let mut here: Vec<(usize, Role)> = here.copied().collect();
    here.sort_unstable();
    here.into_iter().map(|(_, role)| role).collect()
}
