//! What comes out of a recovery.

use super::reconstruct::ReconstructedLayer;
use crate::eval::Metrics;
use crate::graph::Graph;
use crate::message::Message;

/// A recovered model.
#[derive(Debug, Clone)]
pub struct Recovered {
    /// It records the plan in its metadata.
    pub graph: Graph,
    /// What reconstruction did, layer by layer.
    pub layers: Vec<ReconstructedLayer>,
    /// After which piece of work it was so, where it is the best of those that were judged.
    pub kept: Option<usize>,
    /// Pieces of work done in all.
    pub done: usize,
    /// How good it is on the pictures that it was chosen by: on those that were shown, where judging was ended early.
    pub quality: Option<Metrics>,
    /// Why training ended with the last good weights, where it diverged.
    pub diverged: Option<Message>,
}
