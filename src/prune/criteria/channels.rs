//! From the scores of single slices to one score for each unit of channels that go together.

use super::{CriterionInfo, Layer, Scorer};
use crate::error::{Error, Result};
use crate::graph::Graph;
use crate::message::Message;
use crate::ops::coupling::Axis;
use crate::prune::groups::Groups;
use crate::recipe::Reduction;
use std::collections::BTreeMap;

/// The score of each unit, in the order of [`Groups::units`]: the reduction, over all slices that make its channels, of
/// the criterion's scores (the group reductions of Fang et al., “DepGraph”, CVPR 2023; what reads the channels does
/// not count). Divided by the mean of its group where the criterion's scores can't be ranked across layers.
pub fn unit_scores(
    graph: &Graph,
    groups: &Groups,
    criterion: &dyn Scorer,
    reduction: Reduction,
) -> Result<Vec<f32>> {
    let mut slices: BTreeMap<Axis, Vec<f32>> = BTreeMap::new();
    for (node, weights) in &groups.layers {
        let axis = Axis {
            value: weights.tensor,
            axis: weights.makes,
        };
        let scores = Layer::new(graph, *node, weights).and_then(|layer| criterion.slices(&layer));
        if let Some(scores) = scores {
            slices.insert(axis, scores);
        }
    }
    let mut all = vec![0f32; groups.units.len()];
    for group in &groups.groups {
        let range = group.units.start as usize..group.units.end as usize;
        for (score, unit) in all[range.clone()]
            .iter_mut()
            .zip(&groups.units[range.clone()])
        {
            let scores = unit.elements.iter().filter_map(|e| {
                let of_axis = slices.get(&e.axis)?;
                of_axis.get(e.index).map(|&x| f64::from(x))
            });
            *score = reduce(reduction, scores)
                .ok_or_else(|| no_scores(graph, group.producers[0].node, criterion.info()))?;
        }
        if !criterion.info().comparable {
            divide_by_mean(&mut all[range]);
        }
    }
    Ok(all)
}

/// One score of many; `None` where there are none.
pub(super) fn reduce(reduction: Reduction, scores: impl Iterator<Item = f64>) -> Option<f32> {
    let (mut count, mut sum, mut max) = (0usize, 0f64, 0f64);
    for score in scores {
        count += 1;
        sum += score;
        max = max.max(score);
    }
    (count > 0).then_some(match reduction {
        Reduction::Mean => sum / count as f64,
        Reduction::Sum => sum,
        Reduction::Max => max,
    } as f32)
}

fn divide_by_mean(scores: &mut [f32]) {
    let mean = scores.iter().map(|&x| f64::from(x)).sum::<f64>() / scores.len().max(1) as f64;
    if mean > 0.0 {
        for score in scores {
            *score = (f64::from(*score) / mean) as f32;
        }
    }
}

fn no_scores(graph: &Graph, node: usize, info: &CriterionInfo) -> Error {
    let needs = info.needs.unwrap_or("criterion-needs-weights");
    Error::BadRecipe(message!(
        "error-criterion-no-scores",
        layer = graph.node_label(&graph.nodes[node]),
        criterion = info.name,
        needs = Message::new(needs, []),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reductions_are_what_their_names_say() {
        let scores = [1.0, 4.0, 1.0];
        let with = |r| reduce(r, scores.iter().copied());
        assert_eq!(with(Reduction::Mean), Some(2.0));
        assert_eq!(with(Reduction::Sum), Some(6.0));
        assert_eq!(with(Reduction::Max), Some(4.0));
        assert_eq!(reduce(Reduction::Max, std::iter::empty()), None);
    }
}
