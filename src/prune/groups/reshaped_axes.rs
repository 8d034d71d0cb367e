//! Reshapes that merge or split axes: choosing the one factor along which channels can go.

use super::coupling_graph::CouplingGraph;
use crate::graph::{Graph, ValueId};
use crate::ops::coupling::{Axis, IndexMap, Link, Product, Weights};
use std::collections::{BTreeMap, BTreeSet};

/// Decides every product and joins what follows. The answer has a link from the product's whole to its chosen
/// factor for each product that has one.
///
/// A factor of length 1 or that is frozen is out. One candidate left: it is the one. None: the whole is frozen.
/// Where several are left (attention heads, channel shuffles) and no other product decides between them, the one that most
/// weights hang on is taken, since they would be frozen with it: with queries, keys and values of their own, the head, which
/// all three share, and not the width of the values' heads. Of equals it is the longest, and of those the innermost.
pub fn resolve(
    coupling: &mut CouplingGraph,
    products: &[(usize, Product)],
    stored: &StoredAxes,
) -> Vec<(usize, Link)> {
    let mut open: Vec<&(usize, Product)> = products.iter().collect();
    let mut links = Vec::new();
    while !open.is_empty() {
        let before = open.len();
        open.retain(|(node, product)| match candidates(coupling, product)[..] {
            [] => {
                coupling.freeze(product.whole, message!("reason-frozen-kept-axes"));
                false
            }
            [factor] => {
                let link = link(coupling, product, factor);
                coupling.join(&link);
                links.push((*node, link));
                false
            }
            _ => true,
        });
        if open.len() == before {
            choose(coupling, &open[0].1, stored);
        }
    }
    links
}

/// The axes of stored weights that make or read channels, each with the weights in one of its slices.
pub struct StoredAxes(Vec<(Axis, usize)>);

impl StoredAxes {
    pub fn new(graph: &Graph, layers: &[(usize, Weights)]) -> Self {
        let slice = |tensor: ValueId, axis: usize| {
            let shape = graph.constant(tensor)?.shape();
            let others = shape.iter().enumerate().filter(|&(at, _)| at != axis);
            Some((
                Axis::of(tensor, axis),
                others.map(|(_, size)| size).product(),
            ))
        };
        let axes: BTreeMap<Axis, usize> = layers
            .iter()
            .flat_map(|(_, weights)| {
                let reads = weights.reads.as_ref().map(|reads| reads.axis);
                [Some(weights.makes), reads]
                    .into_iter()
                    .flatten()
                    .map(|axis| (weights.tensor, axis))
            })
            .filter_map(|(tensor, axis)| slice(tensor, axis))
            .collect();
        StoredAxes(axes.into_iter().collect())
    }

    /// How many weights each component holds, by its root.
    fn weights(&self, coupling: &mut CouplingGraph) -> BTreeMap<usize, usize> {
        let mut weights = BTreeMap::new();
        for &(axis, slice) in &self.0 {
            for root in coupling.roots(axis) {
                *weights.entry(root).or_default() += slice;
            }
        }
        weights
    }
}

/// The positions of the factors that can still get shorter; none where the whole can't.
fn candidates(coupling: &mut CouplingGraph, product: &Product) -> Vec<usize> {
    let factors = 0..product.factors.len();
    factors
        .filter(|&f| !coupling.is_frozen(product.factors[f]))
        .collect()
}

/// Freezes all factors but the one that most weights hang on.
fn choose(coupling: &mut CouplingGraph, product: &Product, stored: &StoredAxes) {
    let candidates = candidates(coupling, product);
    let weights = stored.weights(coupling);
    let rank = |&f: &usize| {
        let axis = product.factors[f];
        let roots: BTreeSet<usize> = coupling.roots(axis).into_iter().collect();
        let hanging: usize = roots.iter().filter_map(|root| weights.get(root)).sum();
        (hanging, coupling.len(axis), f)
    };
    let best = candidates.iter().copied().max_by_key(rank);
    for f in candidates {
        if Some(f) != best {
            coupling.freeze(product.factors[f], message!("reason-frozen-split-axis"));
        }
    }
}

/// Each index of the whole goes with its digit for this factor.
fn link(coupling: &CouplingGraph, product: &Product, factor: usize) -> Link {
    let inner = product.factors[factor + 1..].iter();
    let inner: usize = inner.map(|&axis| coupling.len(axis)).product();
    let radix = coupling.len(product.factors[factor]);
    Link {
        from: product.whole,
        to: product.factors[factor],
        map: IndexMap::identity().digit(inner.max(1), radix.max(1)),
    }
}
