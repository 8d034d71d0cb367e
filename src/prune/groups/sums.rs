//! Products of two computed tensors, as of queries and keys: the axis that they sum over can be cut where one of the two sides
//! holds zero once what makes it is masked.

use super::super::flow::{Indices, flow, operators};
use super::{Group, Groups};
use crate::graph::Graph;
use crate::ops::coupling::Axis;
use crate::ops::uniform::Known;
use crate::tensor::Tensor;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The stored tensors of floats along the axes of all groups that are summed over.
pub fn blanks(graph: &Graph, groups: &[Group], sums: &[(usize, Axis)]) -> Vec<Axis> {
    let summed: BTreeSet<Axis> = sums.iter().map(|(_, axis)| *axis).collect();
    let groups = groups.iter();
    let of_sums = groups.filter(|group| group.members.iter().any(|axis| summed.contains(axis)));
    let is_stored = |axis: &&Axis| {
        let tensor = graph.constant(axis.value);
        tensor.is_some_and(|tensor| tensor.dtype().is_float())
    };
    let blanks: BTreeSet<Axis> = of_sums
        .flat_map(|group| group.members.iter().filter(is_stored))
        .copied()
        .collect();
    blanks.into_iter().collect()
}

/// The nodes whose sums would not stay what they are: neither side holds zero for what could be removed.
pub fn not_zero(graph: &Graph, groups: &Groups, sums: &[(usize, Axis)]) -> Vec<usize> {
    let removed = removable(groups, sums);
    if removed.is_empty() {
        return Vec::new();
    }
    let blank = with_blank_vectors(graph, &groups.blanks, &removed);
    let operators = operators(&blank);
    let known = flow(&blank, &groups.links, &removed, &operators);
    let is_zero = |axis: Axis, index: usize| known.constant(axis, index) == Some(0.0);
    let fails = |&&(node, axis): &&(usize, Axis)| {
        let Some(indices) = removed.get(&axis) else {
            return false;
        };
        let other = graph.nodes[node].input(1).and_then(|value| {
            let rank = graph.value(value).ty.as_ref()?.rank();
            Some(Axis::of(value, rank.checked_sub(2)?))
        });
        !indices
            .iter()
            .all(|&index| is_zero(axis, index) || other.is_some_and(|other| is_zero(other, index)))
    };
    sums.iter().filter(fails).map(|(node, _)| *node).collect()
}

/// All indices of the groups that are summed over, by axis.
fn removable(groups: &Groups, sums: &[(usize, Axis)]) -> Indices {
    let summed: BTreeSet<Axis> = sums.iter().map(|(_, axis)| *axis).collect();
    let mut indices: BTreeMap<Axis, BTreeSet<usize>> = BTreeMap::new();
    for group in &groups.groups {
        if group.members.iter().any(|axis| summed.contains(axis)) {
            for element in groups
                .units_of(group.id)
                .flat_map(|id| &groups.unit(id).elements)
            {
                indices
                    .entry(element.axis)
                    .or_default()
                    .insert(element.index);
            }
        }
    }
    let sorted = indices.into_iter();
    sorted
        .map(|(axis, indices)| (axis, indices.into_iter().collect()))
        .collect()
}

/// The model with zeros in the vectors that are blank. Matrices make zeros whatever they hold, since what they make is masked.
fn with_blank_vectors(graph: &Graph, blanks: &[Axis], removed: &Indices) -> Graph {
    let mut blank = graph.clone();
    for axis in blanks {
        let (Some(indices), Some(tensor)) = (removed.get(axis), graph.constant(axis.value)) else {
            continue;
        };
        let (shape, len) = (tensor.shape(), tensor.len());
        if shape[axis.axis] != len {
            continue;
        }
        if let Some(mut numbers) = tensor.floats().map(|floats| floats.into_owned()) {
            indices.iter().for_each(|&index| numbers[index] = 0.0);
            blank.value_mut(axis.value).constant =
                tensor.with_floats(&numbers).map(Arc::<Tensor>::new);
        }
    }
    blank
}
