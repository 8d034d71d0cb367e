//! Channel groups: which channels of a model must go together, and what can't go at all.
//!
//! Every index of every axis of every tensor is an element. Operators say which elements go together and which
//! axes keep their length ([`crate::ops::coupling`]); what hangs together is a *unit*, the smallest thing that
//! can be removed. Units that touch the same axes form a *group*: the 64 channels of a residual stage, say, each
//! a unit of slices of many tensors. There are no patterns to match: a rule per operator is all there is.
//! (The idea of one dependency graph instead of patterns: Fang et al., “DepGraph”, CVPR 2023.)

mod collect;
mod coupling_graph;
mod reshaped_axes;
mod rules;
mod sums;

use crate::Result;
use crate::graph::{Graph, ValueId};
use crate::message::Message;
use crate::ops::coupling::{Axis, Freeze, Link, Weights};
use coupling_graph::CouplingGraph;
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
#[derive(Debug, Clone, PartialEq)]
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
    pub reason: Message,
}

/// What [`analyze`] finds out.
#[derive(Debug, Clone)]
pub struct Groups {
    pub groups: Vec<Group>,
    pub units: Vec<Unit>,
    /// Each node that mixes channels by stored weights (its place in [`Graph::nodes`]), in the graph's order.
    pub layers: Vec<(usize, Weights)>,
    /// Stored vectors that scale the channels of normalizations.
    pub(super) scales: Vec<Axis>,
    /// Stored tensors of groups that a product of two computed tensors sums over: zeroed whole in a masked model, so that what the
    /// product would sum is zero.
    pub(super) blanks: Vec<Axis>,
    kept: Vec<Kept>,
    /// For each node, the links that its operator declared and those that its reshapes came to.
    pub(super) links: Vec<Vec<Link>>,
}

impl Groups {
    /// Channels that stay whatever is asked, a row for each layer and reason.
    pub fn kept(&self) -> &[Kept] {
        &self.kept
    }

    /// The unit behind an id of these groups.
    pub fn unit(&self, id: UnitId) -> &Unit {
        &self.units[id.0 as usize]
    }

    /// All units of a group.
    pub fn units_of(&self, group: usize) -> impl Iterator<Item = UnitId> + '_ {
        self.groups[group].units.clone().map(UnitId)
    }
}

/// Finds the channel groups of a model whose shapes are inferred.
pub fn analyze(graph: &Graph) -> Result<Groups> {
    let mut kept = BTreeSet::new();
    loop {
        let (groups, sums) = find(graph, &kept);
        let failing = sums::not_zero(graph, &groups, &sums);
        if failing.is_empty() {
            return Ok(groups);
        }
        kept.extend(failing);
    }
}

/// The groups, if the nodes in `kept` keep the axes that they sum over; and the other axes that are summed over, each with its
/// node.
fn find(graph: &Graph, kept: &BTreeSet<usize>) -> (Groups, Vec<(usize, Axis)>) {
    let mut rules = rules::collect_rules(graph);
    let (frozen, sums): (Vec<_>, Vec<_>) = std::mem::take(&mut rules.sums)
        .into_iter()
        .partition(|(node, _)| kept.contains(node));
    let frozen = frozen.into_iter().map(|(_, axis)| Freeze {
        axis,
        why: message!("reason-frozen-computed-product"),
    });
    rules.freeze(frozen.collect());
    let mut coupling = CouplingGraph::new(graph, &rules.frozen, std::mem::take(&mut rules.reasons));
    for (_, axis) in &sums {
        coupling.be_reluctant(*axis);
    }
    for (_, link) in &rules.links {
        coupling.join_rule(link);
    }
    reshaped_axes::weigh(&mut coupling, graph, &rules.layers);
    let chosen = reshaped_axes::resolve(&mut coupling, &rules.products);
    let mut links = vec![Vec::new(); graph.nodes.len()];
    for (node, link) in rules.links.into_iter().chain(chosen) {
        links[node].push(link);
    }
    let (groups, units, single) = collect::collect(&mut coupling, &rules.layers);
    let rows = kept_rows(graph, &mut coupling, &rules.layers, &single);
    let blanks = sums::blanks(graph, &groups, &sums);
    let groups = Groups {
        groups,
        units,
        layers: rules.layers,
        scales: rules.scales,
        blanks,
        kept: rows,
        links,
    };
    (groups, sums)
}

/// The layers whose output channels stay, with the reasons. `single` counts, by axis, the channels that could only
/// go all at once.
fn kept_rows(
    graph: &Graph,
    coupling: &mut CouplingGraph,
    layers: &[(usize, Weights)],
    single: &BTreeMap<Axis, usize>,
) -> Vec<Kept> {
    let mut rows = Vec::new();
    for (node, weights) in layers {
        let axis = Axis::of(weights.tensor, weights.makes);
        let mut reasons = coupling.kept(axis);
        if let Some(&channels) = single.get(&axis) {
            let why = message!("reason-kept-last");
            reasons.push((channels, why));
        }
        for (channels, reason) in reasons {
            rows.push(Kept {
                node: *node,
                layer: graph.node_label(&graph.nodes[*node]),
                tensor: graph.value(weights.tensor).name.clone(),
                axis: weights.makes,
                channels,
                of: coupling.len(axis),
                reason,
            });
        }
    }
    rows
}

impl Role {
    /// The axis it speaks of.
    pub fn along(&self) -> Axis {
        Axis::of(self.tensor, self.axis)
    }
}
