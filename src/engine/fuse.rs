//! Finds chains of nodes that one kernel can compute: a product, the BatchNormalization that follows it,
//! the sum with a shortcut, and the activation.

use super::settle::Settled;
use crate::graph::ValueId;
use crate::ops::lowering::Epilogue;

/// Works that are done in one go.
#[derive(Debug, Clone, Default)]
pub struct Group {
    /// Places in [`Settled::works`], in order; the first is the product.
    pub works: Vec<usize>,
    pub epilogue: Epilogue,
    /// The other summand, where the epilogue has a residual.
    pub residual: Option<ValueId>,
}

/// Every work in exactly one group, groups in the order of their last works.
pub fn groups(settled: &Settled<'_>, fuse: bool) -> Vec<Group> {
    let uses = uses(settled);
    let mut taken = vec![false; settled.works.len()];
    let mut groups = Vec::new();
    for first in 0..settled.works.len() {
        if taken[first] {
            continue;
        }
        let mut group = Group {
            works: vec![first],
            ..Group::default()
        };
        if fuse && settled.works[first].operator.takes_epilogue() {
            while let Some(next) = follower(settled, &uses, &taken, &mut group) {
                taken[next] = true;
                group.works.push(next);
            }
        }
        groups.push(group);
    }
    // A group runs where its last work stood: by then everything that any of its works reads is there.
    groups.sort_by_key(|group| group.works.last().copied());
    groups
}

/// The works that read each value, once for each time they do.
fn uses(settled: &Settled<'_>) -> Vec<Vec<usize>> {
    let mut uses = vec![Vec::new(); settled.graph.values.len()];
    for (at, work) in settled.works.iter().enumerate() {
        for input in settled.node(work).inputs.iter().flatten() {
            uses[input.0 as usize].push(at);
        }
    }
    uses
}

/// The work after the group's last one, if the group can take it in; its part of the epilogue is then noted.
fn follower(
    settled: &Settled<'_>,
    uses: &[Vec<usize>],
    taken: &[bool],
    group: &mut Group,
) -> Option<usize> {
    let last = &settled.works[*group.works.last()?];
    let [Some(value)] = settled.node(last).outputs[..] else {
        return None;
    };
    let [next] = uses[value.0 as usize][..] else {
        return None;
    };
    let work = &settled.works[next];
    let node = settled.node(work);
    // The other branch of a sum may have it already.
    if taken[next] || settled.wanted.contains(&value) || node.outputs.iter().flatten().count() != 1
    {
        return None;
    }
    let form = settled.form(value)?;
    if settled.form(node.output(0)?)? != form {
        return None;
    }
    let constants = settled.constants(node);
    let epilogue = &mut group.epilogue;
    let maps_value = node.input(0) == Some(value) && settled.varies_first_only(node);
    if epilogue.activation.is_some() {
        return None;
    }
    if maps_value && let Some(activation) = work.operator.activation(&constants) {
        epilogue.activation = Some(activation);
        return Some(next);
    }
    if epilogue.residual {
        return None;
    }
    if work.operator.is_sum() {
        let [Some(a), Some(b)] = node.inputs[..] else {
            return None;
        };
        let other = if a == value { b } else { a };
        if settled.constant(other).is_some() || settled.form(other)? != form {
            return None;
        }
        epilogue.residual = true;
        group.residual = Some(other);
        return Some(next);
    }
    if epilogue.affine.is_none()
        && maps_value
        && let Some((scale, shift)) = work.operator.affine(&constants)
    {
        let channels = *form.shape.get(1)?;
        if scale.len() != channels || shift.len() != channels {
            return None;
        }
        epilogue.affine = Some((scale, shift));
        return Some(next);
    }
    None
}
