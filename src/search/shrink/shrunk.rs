//! What comes out, and how it was made.

use super::tried::Tried;
use crate::eval::Metrics;
use crate::graph::Graph;
use crate::recipe::Recipe;
use crate::recover::Plan;
use serde::Serialize;

/// A step of what was done. [`Shrunk::steps`] do the same by hand, one after the other.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub enum ShrinkStep {
    Cut(Recipe),
    /// The best model on the way is kept.
    Recover(Plan),
}

/// What comes out.
#[derive(Debug, Clone)]
pub struct Shrunk {
    pub graph: Graph,
    /// What made it of the original; nothing where no cut is within the accepted loss.
    pub steps: Vec<ShrinkStep>,
    /// All that was tried, in order, and which of them was taken.
    pub tried: Vec<Tried>,
    pub taken: Option<usize>,
    /// The original and the model on the photos that it was chosen by.
    pub original: Metrics,
    pub judged: Metrics,
}
