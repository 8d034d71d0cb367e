//! What can be cut by itself, and how much of the whole a cut leaves.

use super::Session;
use super::choice::Choice;
use super::items::Items;
use crate::cost::CostModel;
use crate::error::{Error, Result};
use crate::prune::allocate::{
    by_hand, share_of_branches_left, share_of_units_left, share_of_weights_left,
};
use crate::recipe::{Granularity, Recipe, Target};
use std::collections::BTreeMap;

impl Session {
    /// The layers that a recipe cuts, each with those that can't be cut without it: layers whose channels go together, or
    /// that share their weights. Layers that it protects are left out. In the order of the graph.
    pub fn parts(&self, recipe: &Recipe) -> Vec<Vec<String>> {
        let costs = CostModel::new(self.graph());
        let mut tied: Vec<Vec<String>> = match recipe.granularity {
            Granularity::Channel => {
                let groups = self.groups().groups.iter();
                let names = groups.map(|group| {
                    let nodes = group.producers.iter().map(|producer| producer.node);
                    nodes
                        .map(|node| self.graph().node_label(&self.graph().nodes[node]))
                        .collect()
                });
                names.collect()
            }
            Granularity::Branch => {
                let branches = self.branches().iter();
                return branches
                    .map(|branch| vec![branch.name.clone()])
                    .filter(|names| by_protection(recipe, names))
                    .collect();
            }
            _ => {
                let mut by_tensor: BTreeMap<_, Vec<String>> = BTreeMap::new();
                for row in costs.rows() {
                    by_tensor
                        .entry(row.weight)
                        .or_default()
                        .push(row.name.clone());
                }
                by_tensor.into_values().collect()
            }
        };
        tied.retain(|names| !names.is_empty() && by_protection(recipe, names));
        let order = costs.rows().iter().map(|row| row.name.as_str());
        let place: BTreeMap<&str, usize> = order.zip(0..).collect();
        let mut parts = joined(tied);
        let at = |name: &String| place.get(name.as_str()).copied().unwrap_or(usize::MAX);
        for names in &mut parts {
            names.sort_by_key(at);
            names.dedup();
        }
        parts.sort_by_key(|names| at(&names[0]));
        parts
    }

    /// What the current cut leaves of a target's quantity, as a share of the dense model; for sparsity, the share of the
    /// units, weights or blocks that goes.
    ///
    /// Errors: [`Error::BadRecipe`] where nothing has been chosen, or for a pattern, whose share follows.
    pub fn share(&self, target: Target) -> Result<f64> {
        let costs = CostModel::new(self.graph());
        match (&self.current()?.1, &self.units, &self.items) {
            (Choice::Units(removed), Some((_, ranked)), _) => {
                let bytes = self.file_bytes();
                Ok(share_of_units_left(ranked, &costs, removed, target, bytes))
            }
            (Choice::Branches(removed), ..) => {
                let (branches, bytes) = (self.branches(), self.file_bytes());
                let graph = self.graph();
                Ok(share_of_branches_left(
                    graph, branches, removed, target, bytes,
                ))
            }
            (Choice::Items(counts), _, Some((_, Items::Ranked(ranked)))) => {
                Ok(share_of_weights_left(ranked, &costs, counts, target))
            }
            _ => Err(Error::BadRecipe(message!("error-pattern-fixed"))),
        }
    }
}

fn by_protection(recipe: &Recipe, names: &[String]) -> bool {
    let protection = Recipe {
        layers: BTreeMap::new(),
        ..recipe.clone()
    };
    by_hand(&protection, names).is_none()
}

/// Sets that share a name become one.
fn joined(sets: Vec<Vec<String>>) -> Vec<Vec<String>> {
    let mut parts: Vec<Vec<String>> = Vec::new();
    for mut set in sets {
        let shares = |part: &Vec<String>| part.iter().any(|name| set.contains(name));
        let (tied, free): (Vec<_>, Vec<_>) = parts.into_iter().partition(shares);
        set.extend(tied.into_iter().flatten());
        parts = free;
        parts.push(set);
    }
    parts
}
