//! Which branches go.

use super::{least_level, out_of_reach};
use crate::cost::{CostModel, Lengths};
use crate::error::{Error, Result};
use crate::graph::Graph;
use crate::ops::coupling::Axis;
use crate::prune::branches::{Branch, Needed, remove};
use crate::recipe::{Allocation, Recipe, Target};

/// Branches in the order in which they go, kept until the criterion changes.
#[derive(Clone)]
pub struct RankedBranches {
    /// By branch.
    pub scores: Vec<f32>,
    /// The least first; of equal ones the first in the model.
    order: Vec<usize>,
}

impl RankedBranches {
    /// Ranks branches from the least salient up. `scores`: one for each.
    pub fn new(scores: Vec<f32>) -> Self {
        let mut order: Vec<usize> = (0..scores.len()).collect();
        order.sort_by(|&a, &b| scores[a].total_cmp(&scores[b]).then(a.cmp(&b)));
        RankedBranches { scores, order }
    }
}

/// The branches that a recipe removes, by their places: as few of the least as meet its target. The last of them may save far more
/// than was lacking, so those of the others that need not go then stay, the most salient first. At least one stays, unless the recipe
/// names them all. `ranked` is not needed where the recipe names what goes.
///
/// `file_bytes` is the size of the dense model's file.
pub fn choose_branches(
    graph: &Graph,
    branches: &[Branch],
    ranked: Option<&RankedBranches>,
    recipe: &Recipe,
    file_bytes: u64,
) -> Result<Vec<usize>> {
    let said: Vec<Option<bool>> = branches
        .iter()
        .map(|branch| goes_by_hand(graph, branch, recipe))
        .collect();
    let by_hand: Vec<usize> = (0..branches.len())
        .filter(|&at| said[at] == Some(true))
        .collect();
    let (ranked, target) = match (recipe.allocation, ranked, recipe.target) {
        (Allocation::Manual, _, _) | (_, None, _) | (_, _, None) => return Ok(by_hand),
        (_, Some(ranked), Some(target)) => (ranked, target),
    };
    let order = ranked.order.iter().copied();
    let free: Vec<usize> = order.filter(|&at| said[at].is_none()).collect();
    let at_level = |level: usize| -> Vec<usize> {
        let mut removed = by_hand.clone();
        removed.extend(&free[..level]);
        removed.sort_unstable();
        removed
    };
    let share = |removed: &[usize]| share_left(graph, branches, removed, target, file_bytes);
    let share_at = |level| share(&at_level(level));
    let meets = |removed: &[usize]| match target {
        Target::Sparsity(asked) => {
            let all = branches.len() as f64;
            share(removed) * all >= (asked * all).round()
        }
        Target::Parameters(asked) | Target::Macs(asked) | Target::Bytes(asked) => {
            share(removed) <= asked
        }
    };
    let met = |level: usize| meets(&at_level(level));
    let all_but_one = free
        .len()
        .min((branches.len() - by_hand.len()).saturating_sub(1));
    match least_level(all_but_one, met) {
        Some(level) => {
            let mut removed = at_level(level);
            for spared in free[..level].iter().rev() {
                let others = removed.iter().copied().filter(|at| at != spared);
                let others: Vec<usize> = others.collect();
                if meets(&others) {
                    removed = others;
                }
            }
            Ok(removed)
        }
        None => Err(match all_but_one < free.len() && met(free.len()) {
            true => Error::BadRecipe(message!(
                "error-recipe-every-branch",
                branches = branches.len()
            )),
            false => {
                let free = recipe.without_limits();
                let limited = free != *recipe
                    && choose_branches(graph, branches, Some(ranked), &free, file_bytes).is_ok();
                out_of_reach(target, share_at(all_but_one), limited)
            }
        }),
    }
}

/// Whether a recipe says that a branch goes or that it stays, which it does where it protects a layer of it.
fn goes_by_hand(graph: &Graph, branch: &Branch, recipe: &Recipe) -> Option<bool> {
    let nodes = branch.nodes.iter();
    let mut names = nodes.map(|&node| graph.node_label(&graph.nodes[node]));
    let is_protected = |name: &String| recipe.protect.contains(name);
    if is_protected(&branch.name) || names.any(|name| is_protected(&name)) {
        return Some(false);
    }
    recipe.layers.get(&branch.name).map(|&share| share >= 0.5)
}

/// What is left of a target's quantity when these branches are gone, as a share of the dense model; for sparsity, the share of the
/// branches that goes.
pub fn share_left(
    graph: &Graph,
    branches: &[Branch],
    removed: &[usize],
    target: Target,
    file_bytes: u64,
) -> f64 {
    let own = Lengths::new();
    let share = |now: u64, whole: u64| now as f64 / whole.max(1) as f64;
    let removed_branches = || removed.iter().map(|&at| &branches[at]);
    let left = || remove(graph, removed_branches());
    let whole = CostModel::new(graph);
    match target {
        Target::Sparsity(_) => removed.len() as f64 / branches.len().max(1) as f64,
        Target::Parameters(_) => share(
            CostModel::new(&left()).parameters(&own),
            whole.parameters(&own),
        ),
        Target::Macs(_) => share(CostModel::new(&left()).macs(&own), whole.macs(&own)),
        Target::Bytes(_) => {
            let needed = Needed::without(graph, removed_branches());
            share(bytes_left(graph, &needed, file_bytes), file_bytes)
        }
    }
}

/// The size of the file without the tensors that are no longer needed, from what it was.
pub fn bytes_left(graph: &Graph, needed: &Needed, file_bytes: u64) -> u64 {
    let gone = graph.values.iter().zip(&needed.values).enumerate();
    let gone = gone.filter(|(_, (value, needed))| value.constant.is_some() && !**needed);
    let emptied = gone.map(|(at, _)| {
        let value = crate::graph::ValueId(at as u32);
        (Axis { value, axis: 0 }, 0)
    });
    CostModel::new(graph).bytes(&emptied.collect(), file_bytes)
}
