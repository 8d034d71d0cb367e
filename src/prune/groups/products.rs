//! Reshapes that merge or split axes: choosing the one factor along which channels can go.

use super::elements::Elements;
use crate::ops::coupling::{IndexMap, Link, Product};

/// Decides every product and joins what follows. The answer has a link from the product's whole to its chosen
/// factor for each product that has one.
///
/// A factor of length 1 or that is frozen is out. One candidate left: it is the one. None: the whole is frozen.
/// Where several are left (attention heads, channel shuffles) and no other product decides between them, the
/// longest is taken (of equals the innermost) and the others are frozen.
pub fn resolve(elements: &mut Elements, products: &[(usize, Product)]) -> Vec<(usize, Link)> {
    let mut open: Vec<&(usize, Product)> = products.iter().collect();
    let mut links = Vec::new();
    while !open.is_empty() {
        let before = open.len();
        open.retain(|(node, product)| match candidates(elements, product)[..] {
            [] => {
                elements.freeze(product.whole, message!("reason-frozen-kept-axes"));
                false
            }
            [factor] => {
                let link = link(elements, product, factor);
                elements.join(&link);
                links.push((*node, link));
                false
            }
            _ => true,
        });
        if open.len() == before {
            choose(elements, &open[0].1);
        }
    }
    links
}

/// The positions of the factors that can still get shorter; none where the whole can't.
fn candidates(elements: &mut Elements, product: &Product) -> Vec<usize> {
    let factors = 0..product.factors.len();
    factors
        .filter(|&f| !elements.is_frozen(product.factors[f]))
        .collect()
}

/// Freezes all factors but the longest.
fn choose(elements: &mut Elements, product: &Product) {
    let candidates = candidates(elements, product);
    let longest = candidates
        .iter()
        .copied()
        .max_by_key(|&f| (elements.len(product.factors[f]), f));
    for f in candidates {
        if Some(f) != longest {
            elements.freeze(product.factors[f], message!("reason-frozen-split-axis"));
        }
    }
}

/// Each index of the whole goes with its digit for this factor.
fn link(elements: &Elements, product: &Product, factor: usize) -> Link {
    let inner = product.factors[factor + 1..].iter();
    let inner: usize = inner.map(|&axis| elements.len(axis)).product();
    let radix = elements.len(product.factors[factor]);
    Link {
        from: product.whole,
        to: product.factors[factor],
        map: IndexMap::identity().digit(inner.max(1), radix.max(1)),
    }
}
