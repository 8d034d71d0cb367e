//! What tests of re-packing share: which units go, and the check that masked and re-packed agree.

use super::reference::run;
use super::{Random, distance, random_inputs};
use secateur::graph::Graph;
use secateur::prune::groups::{Groups, UnitId};
use secateur::prune::repack::{Repacked, mask_channels, repack};
use secateur::tensor::Tensor;
use std::sync::Arc;

/// How many units each group has.
pub fn group_sizes(groups: &Groups) -> Vec<usize> {
    let groups = groups.groups.iter();
    groups.map(|group| group.units.len()).collect()
}

/// Random units, at least one of each group left.
pub fn random_units(groups: &Groups, random: &mut Random) -> Vec<UnitId> {
    let mut removed = Vec::new();
    for group in &groups.groups {
        let count = random.below(group.units.len());
        let picks = random.choose(group.units.len(), count);
        removed.extend(picks.iter().map(|&i| UnitId(group.units.start + i as u32)));
    }
    removed
}

/// The first units of each group, `share` of them.
pub fn share_of_each(groups: &Groups, share: f64) -> Vec<UnitId> {
    let mut removed = Vec::new();
    for group in &groups.groups {
        let count = (group.units.len() as f64 * share).round() as u32;
        removed.extend((group.units.start..group.units.start + count).map(UnitId));
    }
    removed
}

pub fn parameters(graph: &Graph) -> usize {
    let tensors = graph.values.iter().filter_map(|v| v.constant.as_ref());
    tensors
        .filter(|t| t.dtype().is_float())
        .map(|t| t.len())
        .sum()
}

/// How far an output moves when each weight of a layer changes in its last bit: re-packing rounds what it folds, and now and
/// then a random network makes much of that.
fn sway(graph: &Graph, inputs: &[Tensor], output: usize) -> f64 {
    let still = &run(graph, inputs)[output];
    let mut random = Random(1);
    let moved = (0..5).map(|_| {
        let mut graph = graph.clone();
        let layers = graph.nodes.iter().filter(|node| {
            ["Conv", "ConvTranspose", "Gemm", "MatMul"].contains(&node.op_type.as_str())
        });
        let weights: Vec<_> = layers
            .flat_map(|node| node.inputs.clone())
            .flatten()
            .collect();
        for id in weights {
            let value = graph.value_mut(id);
            let Some(weights) = value.constant.as_ref() else {
                continue;
            };
            let numbers = weights.floats().expect("floats").into_owned();
            let numbers = numbers
                .iter()
                .map(|x| x * (1.0 + f32::EPSILON * random.number()));
            let changed = Tensor::from_f32(weights.shape(), numbers.collect());
            value.constant = Some(Arc::new(changed));
        }
        distance(still, &run(&graph, inputs)[output])
    });
    moved.fold(0.0, f64::max)
}

/// Masks and re-packs, and compares both on random inputs.
pub fn agree(graph: &Graph, groups: &Groups, removed: &[UnitId], random: &mut Random) -> Repacked {
    let masked = mask_channels(graph, groups, removed).expect("masks");
    let packed = repack(graph, groups, removed).expect("re-packs");
    let inputs = random_inputs(graph, random);
    let (a, b) = (run(&masked, &inputs), run(&packed.graph, &inputs));
    for (output, (a, b)) in a.iter().zip(&b).enumerate() {
        let distance = distance(a, b);
        let agrees = distance < 1e-4 || distance < sway(&masked, &inputs, output);
        assert!(agrees, "differ by {distance}");
    }
    for (id, value) in packed.graph.values.iter().enumerate() {
        if let (Some(tensor), Some(ty)) = (&value.constant, &value.ty) {
            assert_eq!(
                ty.known_shape().as_deref(),
                Some(tensor.shape()),
                "value {id}"
            );
        }
    }
    packed
}
