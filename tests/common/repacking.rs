//! What tests of re-packing share: which units go, and the check that masked and re-packed agree.

use super::reference::run;
use super::{Random, distance, random_inputs};
use secateur::graph::Graph;
use secateur::prune::groups::{Groups, UnitId};
use secateur::prune::repack::{Repacked, mask_channels, repack};

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

/// Masks and re-packs, and compares both on random inputs.
pub fn agree(graph: &Graph, groups: &Groups, removed: &[UnitId], random: &mut Random) -> Repacked {
    let masked = mask_channels(graph, groups, removed).expect("masks");
    let packed = repack(graph, groups, removed).expect("re-packs");
    let inputs = random_inputs(graph, random);
    let (a, b) = (run(&masked, &inputs), run(&packed.graph, &inputs));
    for (a, b) in a.iter().zip(&b) {
        let distance = distance(a, b);
        assert!(distance < 1e-4, "differ by {distance}");
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
