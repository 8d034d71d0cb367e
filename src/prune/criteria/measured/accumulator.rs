//! What a criterion that looks at pictures does with each of them.

use super::probe::Probe;
use crate::error::Result;

/// How a criterion begins to look at pictures.
pub type Begin = fn(&Probe) -> Box<dyn Accumulator>;

/// What a data-aware criterion gathers while pictures are shown.
pub trait Accumulator {
    /// Whether the gradients of a loss are needed beside what the model computes.
    fn needs_gradients(&self) -> bool {
        true
    }

    /// How many pictures are to be shown in all, where `there_are` so many; more means again and again.
    fn wanted(&self, there_are: usize) -> usize {
        there_are
    }

    /// Takes in what a picture gave that the probe has just been shown.
    fn accumulate(&mut self, probe: &mut Probe) -> Result<()>;

    /// The saliency of each layer, in the order of [`Probe::layers`], after so many pictures. Weights of zero need no care.
    fn scores(&self, probe: &Probe, pictures: usize) -> Result<Vec<Saliency>>;
}

/// The saliency of a layer, not rounded yet: by weight in the tensor's order, and by slice.
pub struct Saliency {
    /// `None` where whole channels are judged only.
    pub weights: Option<Vec<f64>>,
    pub slices: Vec<f64>,
}
