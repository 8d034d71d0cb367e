//! A score for each branch.

use super::{Layer, Scorer};
use crate::error::{Error, Result};
use crate::graph::Graph;
use crate::prune::branches::Branch;
use crate::prune::groups::Groups;
use crate::recipe::Reduction;

/// The score of each branch: the reduction of the criterion's scores over all channels of its layers, unless the criterion judges
/// branches as such.
///
/// Fails with [`Error::BadRecipe`] where the criterion has nothing to say of a branch.
pub fn branch_scores(
    graph: &Graph,
    groups: &Groups,
    branches: &[Branch],
    criterion: &dyn Scorer,
    reduction: Reduction,
) -> Result<Vec<f32>> {
    let score = |branch: &Branch| {
        let nodes = groups.layers.iter();
        let own = nodes.filter(|(node, _)| branch.nodes.binary_search(node).is_ok());
        let layers = own.filter_map(|(node, weights)| Layer::new(graph, *node, weights));
        let layers: Vec<Layer<'_>> = layers.collect();
        let score = criterion.branch(&branch.name, &layers, reduction);
        score.ok_or_else(|| {
            Error::BadRecipe(message!(
                "error-criterion-no-branch-score",
                branch = branch.name,
                criterion = criterion.info().name
            ))
        })
    };
    branches.iter().map(score).collect()
}
