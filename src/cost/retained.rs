//! What a cut leaves of a model, beside the whole.

use super::Totals;
use serde::{Deserialize, Serialize};

/// What is left of a model, as shares of what it was.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct Retained {
    /// The share of the weights that is gone, 0 to 1: channels that were removed and weights that are zero count alike.
    pub sparsity: f64,
    /// The share of the multiply-adds that is left, 0 to 1.
    pub macs: f64,
}

impl Retained {
    /// Of nothing, all is left.
    pub fn new(before: &Totals, after: &Totals) -> Self {
        let left = |before: u64, after: u64| match before {
            0 => 1.0,
            before => after as f64 / before as f64,
        };
        Retained {
            sparsity: 1.0 - left(before.nonzeros, after.nonzeros),
            macs: left(before.macs, after.macs),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn totals(nonzeros: u64, macs: u64) -> Totals {
        Totals {
            parameters: 1000,
            nonzeros,
            macs,
            activation_bytes: 8,
            bytes: 4000,
        }
    }

    #[test]
    fn weights_that_are_gone_and_multiply_adds_that_are_left() {
        let left = Retained::new(&totals(800, 50), &totals(200, 20));
        assert_eq!((left.sparsity, left.macs), (0.75, 0.4));
        let empty = Retained::new(&totals(0, 0), &totals(0, 0));
        assert_eq!((empty.sparsity, empty.macs), (0.0, 1.0));
    }
}
