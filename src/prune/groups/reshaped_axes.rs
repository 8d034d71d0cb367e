//! Reshapes that merge or split axes: choosing the one factor along which channels can go.

use super::coupling_graph::CouplingGraph;
use crate::graph::Graph;
use crate::ops::coupling::{Axis, IndexMap, Link, Product, Weights};
use std::collections::BTreeSet;

/// Decides every product and joins what follows. The answer has a link from the product's whole to its chosen
/// factor for each product that has one.
///
/// A factor of length 1 or that is frozen is out. One candidate left: it is the one. None: the whole is frozen.
/// Where several are left (attention heads, channel shuffles) and no other product decides between them, the one that most
/// weights hang on is taken, since they would be frozen with it: with queries, keys and values of their own, the head, which
/// all three share, and not the width of the values' heads. Of equals it is the longest, and of those the innermost.
pub fn resolve(coupling: &mut CouplingGraph, products: &[(usize, Product)]) -> Vec<(usize, Link)> {
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
                keep_others(coupling, product, factor);
                let link = link(coupling, product, factor);
                coupling.join(&link);
                links.push((*node, link));
                false
            }
            _ => true,
        });
        if open.len() == before {
            choose(coupling, &open[0].1);
        }
    }
    links
}

/// Tells the coupling graph how many weights each slice of the layers' weights holds, along the axes that make or read channels;
/// `layers`: each node's place in the graph, and its weights.
pub fn weigh(coupling: &mut CouplingGraph, graph: &Graph, layers: &[(usize, Weights)]) {
    let axes: BTreeSet<Axis> = layers
        .iter()
        .flat_map(|(_, weights)| {
            let reads = weights.reads.as_ref().map(|reads| reads.axis);
            [Some(weights.makes), reads]
                .into_iter()
                .flatten()
                .map(|axis| Axis::of(weights.tensor, axis))
        })
        .collect();
    for axis in axes {
        if let Some(tensor) = graph.constant(axis.value) {
            let others = tensor.shape().iter().enumerate();
            let others = others.filter(|&(at, _)| at != axis.axis);
            coupling.weigh(axis, others.map(|(_, size)| size).product());
        }
    }
}

/// The positions of the factors that can still get shorter; none where the whole can't. The width of queries and keys, which a
/// product sums over, is among them only by itself: heads go rather.
fn candidates(coupling: &mut CouplingGraph, product: &Product) -> Vec<usize> {
    let factors = 0..product.factors.len();
    let free = factors.filter(|&f| !coupling.is_frozen(product.factors[f]));
    let free: Vec<usize> = free.collect();
    let eager = free.iter().copied();
    let eager = eager.filter(|&f| !coupling.is_reluctant(product.factors[f]));
    let eager: Vec<usize> = eager.collect();
    if eager.is_empty() { free } else { eager }
}

/// Freezes all factors but the one that most weights hang on.
fn choose(coupling: &mut CouplingGraph, product: &Product) {
    let candidates = candidates(coupling, product);
    let rank = |&f: &usize| {
        let axis = product.factors[f];
        (coupling.hanging(axis), coupling.len(axis), f)
    };
    if let Some(best) = candidates.iter().copied().max_by_key(rank) {
        keep_others(coupling, product, best);
    }
}

/// Freezes the factors beside one.
fn keep_others(coupling: &mut CouplingGraph, product: &Product, factor: usize) {
    for (f, &axis) in product.factors.iter().enumerate() {
        if f != factor && !coupling.is_frozen(axis) {
            coupling.freeze(axis, message!("reason-frozen-split-axis"));
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
