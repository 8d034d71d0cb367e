//! Allocation: how much goes from each layer, so that a target is met and no limit is broken.

mod branches;
mod channels;
mod limits;
mod sorted;
mod weights;

pub use branches::{
    RankedBranches, bytes_left, choose_branches, share_left as share_of_branches_left,
};
pub use channels::{RankedUnits, choose_units, groups_at_limit, share_left as share_of_units_left};
pub use limits::{by_hand, check_counted, check_names};
pub use weights::{
    RankedLayer, RankedWeights, choose_weights, layers_at_limit,
    share_left as share_of_weights_left,
};

use crate::error::Error;
use crate::recipe::Target;

/// The least level from 0 to `most` at which `met` holds; `None` where it does not even hold at `most`. `met` must not
/// become false again as the level grows.
fn least_level(most: usize, met: impl Fn(usize) -> bool) -> Option<usize> {
    if !met(most) {
        return None;
    }
    let (mut low, mut high) = (0, most);
    while low < high {
        let middle = low + (high - low) / 2;
        if met(middle) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    Some(low)
}

/// Why a target can't be reached, and what can. `limited`: without the recipe's limits it could be.
pub fn out_of_reach(target: Target, reachable: f64, limited: bool) -> Error {
    let percent = 100.0 * reachable;
    Error::BadRecipe(match target {
        Target::Sparsity(share) => {
            message!(
                "error-recipe-sparsity-out-of-reach",
                asked = 100.0 * share,
                most = percent,
                limited = usize::from(limited)
            )
        }
        Target::Parameters(share) => {
            message!(
                "error-recipe-parameters-out-of-reach",
                asked = 100.0 * share,
                least = percent,
                limited = usize::from(limited)
            )
        }
        Target::Macs(share) => {
            message!(
                "error-recipe-macs-out-of-reach",
                asked = 100.0 * share,
                least = percent,
                limited = usize::from(limited)
            )
        }
        Target::Bytes(share) => {
            message!(
                "error-recipe-bytes-out-of-reach",
                asked = 100.0 * share,
                least = percent,
                limited = usize::from(limited)
            )
        }
    })
}

#[cfg(test)]
mod tests {
    use super::least_level;

    #[test]
    fn the_least_level_is_found() {
        for border in 0..=9 {
            assert_eq!(least_level(9, |level| level >= border), Some(border));
        }
        assert_eq!(least_level(9, |_| false), None);
    }
}
