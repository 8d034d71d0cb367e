//! The smallest inputs that a model takes: a cut changes channels and no places, so it can be checked on few places as well as on
//! many, in a fraction of the time.

use super::groups::Groups;
use crate::graph::{Dim, Graph, TensorType};
use crate::ops::graph::shapes::infer;

/// Lengths to try, as shares of the model's own.
const SHARES: [(usize, usize); 7] = [(1, 16), (1, 8), (3, 16), (1, 4), (3, 8), (1, 2), (3, 4)];

/// Networks halve their axes up to this many times over, and take multiples of what that comes to.
const LARGEST_STEP: usize = 32;

/// An axis stays at least so long where it was longer: on a single place only the middle of a filter counts.
const LEAST: usize = 3;

/// Makes the inputs of a model as small as it takes them; they stay as they are where it takes no smaller ones. Axes of the batch
/// and of channels keep their lengths, and no tensor gets smaller than the filters that read it. What takes the places of a model
/// takes those of one with fewer channels as well.
pub fn shrink(graph: &mut Graph, groups: &Groups) {
    let places: [fn(usize) -> std::ops::Range<usize>; 3] = [
        // (batch, channels, places…), (batch, places…, channels), and (batch, places…), as of words.
        |rank| 2..rank,
        |rank| 1..rank - 1,
        |rank| 1..rank,
    ];
    let Some(before) = inferred(graph.clone()) else {
        return;
    };
    for share in SHARES {
        for places in places {
            let Some(small) = smaller(graph, places, share) else {
                continue;
            };
            let after = inferred(small.clone());
            if after.is_some_and(|after| keeps_enough(&before, &after, groups)) {
                *graph = small;
                return;
            }
        }
    }
}

/// The model with these axes of its inputs at a share of their lengths, and one sample at a time. `None` where nothing would be
/// smaller.
fn smaller(
    graph: &Graph,
    places: fn(usize) -> std::ops::Range<usize>,
    share: (usize, usize),
) -> Option<Graph> {
    let mut small = graph.clone();
    let mut is_smaller = false;
    for id in small.inputs.clone() {
        let ty = small.value_mut(id).ty.as_mut()?;
        for axis in places(ty.rank().max(1)) {
            if let Some(Dim::Known(length)) = ty.shape.get_mut(axis) {
                let shorter = shorter(*length, share);
                is_smaller |= shorter < *length;
                *length = shorter;
            }
        }
    }
    is_smaller.then_some(small)
}

/// A share of a length, as a multiple of the steps that the length is made of.
fn shorter(length: usize, (parts, of): (usize, usize)) -> usize {
    let step = (1 << length.trailing_zeros().min(usize::BITS - 1)).min(LARGEST_STEP);
    (length * parts)
        .div_ceil(of)
        .next_multiple_of(step)
        .min(length)
}

/// The types of all values for one sample. `None` where they contradict each other.
fn inferred(mut graph: Graph) -> Option<Vec<Option<TensorType>>> {
    for id in graph.inputs.clone() {
        let ty = graph.value_mut(id).ty.as_mut()?;
        for dim in &mut ty.shape {
            *dim = Dim::Known(dim.of_one());
        }
    }
    infer(&mut graph).ok()?;
    Some(graph.values.into_iter().map(|value| value.ty).collect())
}

/// Whether tensors keep enough of their places that all weights still count.
fn keeps_enough(
    before: &[Option<TensorType>],
    after: &[Option<TensorType>],
    groups: &Groups,
) -> bool {
    let enough = |before: &TensorType, after: &TensorType, least: usize| {
        let sizes = before.shape.iter().zip(&after.shape);
        before.rank() == after.rank()
            && sizes
                .map(|(before, after)| (before.of_one(), after.of_one()))
                .all(|(before, after)| after >= before.min(least))
    };
    let mut values = before.iter().zip(after);
    let all = values.all(|pair| match pair {
        (Some(before), Some(after)) => enough(before, after, LEAST),
        (before, after) => before.is_none() && after.is_none(),
    });
    // Filters are at most as wide as what they read.
    let mut layers = groups.layers.iter();
    all && layers.all(|(_, weights)| {
        let (Some(Some(filters)), Some(reads)) =
            (before.get(weights.tensor.0 as usize), &weights.reads)
        else {
            return true;
        };
        let widest = filters.shape.iter().skip(2).map(Dim::of_one).max();
        let data = reads.data.value.0 as usize;
        match (&before[data], &after[data]) {
            (Some(before), Some(after)) => {
                let places = |ty: &TensorType| {
                    TensorType::new(ty.dtype, ty.shape.iter().skip(2).cloned().collect())
                };
                enough(&places(before), &places(after), widest.unwrap_or(1))
            }
            _ => true,
        }
    })
}
