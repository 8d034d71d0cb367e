//! What came of a strategy.

use super::strategy::Strategy;
use crate::cost::{Retained, Totals};
use crate::eval::Metrics;
use crate::recipe::Recipe;
use serde::Serialize;

/// What a strategy came to. Metrics are on the photos that models are chosen by.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct Tried {
    pub strategy: Strategy,
    /// The share of the original that was asked for.
    pub share: f64,
    /// The cuts, one after the other.
    pub recipes: Vec<Recipe>,
    pub totals: Totals,
    pub left: Retained,
    /// Right after the cut.
    pub cut: Metrics,
    /// After reconstruction, or as it was cut where that is better.
    pub recovered: Metrics,
    /// Whether reconstruction made it better.
    pub reconstructed: bool,
    /// Milliseconds for one picture, median, where there is a clock.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub milliseconds: Option<f64>,
}
