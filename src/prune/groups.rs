//! Channel groups: which channels of a model must go together, and what can't go at all.
//!
//! Every index of every axis of every tensor is an element. Operators say which elements go together and which
//! axes keep their length ([`crate::ops::coupling`]); what hangs together is a *unit*, the smallest thing that
//! can be removed. Units that touch the same axes form a *group*: the 64 channels of a residual stage, say, each
//! a unit of slices of many tensors. There are no patterns to match: a rule per operator is all there is.
//! (The idea of one dependency graph instead of patterns: Fang et al., “DepGraph”, CVPR 2023.)

mod elements;
mod gather;
mod products;

use crate::Result;
use crate::graph::{Graph, ValueId};
use crate::ops::coupling::{Axis, Link, Weights};
use elements::Elements;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// A unit's number in [`Groups::units`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct UnitId(pub u32);

/// One slice of one tensor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Element {
    pub axis: Axis,
    pub index: usize,
}

/// The smallest removable thing: slices that go together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unit {
    /// The number of its group.
    pub group: usize,
    /// In order of tensor, axis, index.
    pub elements: Vec<Element>,
}

/// The part that one axis of a weight tensor plays for one node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Role {
    /// Its place in [`Graph::nodes`].
    pub node: usize,
    pub tensor: ValueId,
    pub axis: usize,
}

/// Units that touch the same axes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    pub id: usize,
    /// Its units' numbers, in the order of the channels of its first producer.
    pub units: Range<u32>,
    /// The axes that lose indices with its units.
    pub members: Vec<Axis>,
    /// Weights whose slices make the group's channels.
    pub producers: Vec<Role>,
    /// Weights whose slices read them.
    pub consumers: Vec<Role>,
}

/// Channels of a layer that can't be cut, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// The layer's place in [`Graph::nodes`], and what to call it.
    pub node: usize,
    pub layer: String,
    /// The weight tensor's name, and the axis of its output channels.
    pub tensor: String,
    pub axis: usize,
    /// How many of how many channels are kept.
    pub channels: usize,
    pub of: usize,
    pub reason: String,
}

/// What [`analyse`] finds out.
#[derive(Debug, Clone)]
pub struct Groups {
    pub groups: Vec<Group>,
    pub units: Vec<Unit>,
    /// Each node that mixes channels by stored weights (its place in [`Graph::nodes`]), in the graph's order.
    pub layers: Vec<(usize, Weights)>,
    kept: Vec<Kept>,
    /// For each node, the links that its operator declared and those that its reshapes came to.
    pub(super) links: Vec<Vec<Link>>,
}

impl Groups {
    /// Channels that stay whatever is asked, a row for each layer and reason.
    pub fn kept(&self) -> &[Kept] {
        &self.kept
    }

    pub fn unit(&self, id: UnitId) -> &Unit {
        &self.units[id.0 as usize]
    }

    /// All units of a group.
    pub fn units_of(&self, group: usize) -> impl Iterator<Item = UnitId> + '_ {
        self.groups[group].units.clone().map(UnitId)
    }
}

/// Finds the channel groups of a model whose shapes are inferred.
pub fn analyse(graph: &Graph) -> Result<Groups> {
    let mut said = gather::gather(graph);
    let mut elements = Elements::new(graph, &said.frozen, std::mem::take(&mut said.reasons));
    for (_, link) in &said.links {
        elements.join(link);
    }
    let chosen = products::resolve(&mut elements, &said.products);
    let mut links = vec![Vec::new(); graph.nodes.len()];
    for (node, link) in said.links.into_iter().chain(chosen) {
        links[node].push(link);
    }
    let kept = kept(graph, &mut elements, &said.layers);
    let (groups, units) = collect(&mut elements, &said.layers);
    Ok(Groups {
        groups,
        units,
        layers: said.layers,
        kept,
        links,
    })
}

/// The layers whose output channels stay, with the reasons.
fn kept(graph: &Graph, elements: &mut Elements, layers: &[(usize, Weights)]) -> Vec<Kept> {
    let mut rows = Vec::new();
    for (node, weights) in layers {
        let axis = Axis {
            value: weights.tensor,
            axis: weights.makes,
        };
        for (channels, reason) in elements.kept(axis) {
            rows.push(Kept {
                node: *node,
                layer: graph.node_label(&graph.nodes[*node]),
                tensor: graph.value(weights.tensor).name.clone(),
                axis: weights.makes,
                channels,
                of: elements.len(axis),
                reason,
            });
        }
    }
    rows
}

/// Sorts the free components into groups: groups by their first producer in the graph's order, units by the
/// first producer's channels.
fn collect(elements: &mut Elements, layers: &[(usize, Weights)]) -> (Vec<Group>, Vec<Unit>) {
    let makers: Vec<Role> = layers
        .iter()
        .map(|(node, w)| role(*node, w, w.makes))
        .collect();
    let readers: Vec<Role> = layers
        .iter()
        .filter_map(|(node, w)| Some(role(*node, w, w.reads.as_ref()?.axis)))
        .collect();
    let axes: BTreeSet<Axis> = makers.iter().map(Role::along).collect();

    let mut by_footprint: BTreeMap<Vec<Axis>, Vec<Vec<Element>>> = BTreeMap::new();
    for component in elements.free_components(&axes) {
        let pairs = component.into_iter();
        let unit: Vec<Element> = pairs.map(|(axis, index)| Element { axis, index }).collect();
        let mut footprint: Vec<Axis> = unit.iter().map(|e| e.axis).collect();
        footprint.dedup();
        by_footprint.entry(footprint).or_default().push(unit);
    }

    let mut drafts: Vec<(Vec<Role>, Vec<Axis>, Vec<Vec<Element>>)> = by_footprint
        .into_iter()
        .map(|(members, units)| (among(&makers, &members), members, units))
        .collect();
    let first_channel = |unit: &Vec<Element>, producers: &[Role]| {
        let along = producers.first().map(Role::along);
        let mut channels = unit.iter().filter(|e| Some(e.axis) == along);
        channels.next().map(|e| e.index)
    };
    for (producers, _, units) in &mut drafts {
        units.sort_by_key(|unit| first_channel(unit, producers));
    }
    drafts.sort_by(|(p, _, u), (q, _, v)| {
        let key = |p: &[Role], u: &[Vec<Element>]| (p.first().copied(), first_channel(&u[0], p));
        key(p, u).cmp(&key(q, v))
    });

    let (mut groups, mut all): (Vec<Group>, Vec<Unit>) = (Vec::new(), Vec::new());
    for (id, (producers, members, units)) in drafts.into_iter().enumerate() {
        let start = all.len() as u32;
        all.extend(units.into_iter().map(|elements| Unit {
            group: id,
            elements,
        }));
        groups.push(Group {
            id,
            units: start..all.len() as u32,
            consumers: among(&readers, &members),
            members,
            producers,
        });
    }
    (groups, all)
}

fn role(node: usize, weights: &Weights, axis: usize) -> Role {
    Role {
        node,
        tensor: weights.tensor,
        axis,
    }
}

/// The roles whose axis is among the members (which are sorted).
fn among(roles: &[Role], members: &[Axis]) -> Vec<Role> {
    let here = roles
        .iter()
        .filter(|r| members.binary_search(&r.along()).is_ok());
    here.copied().collect()
}

impl Role {
    /// The axis it speaks of.
    pub fn along(&self) -> Axis {
        Axis {
            value: self.tensor,
            axis: self.axis,
        }
    }
}
