//! Steps that gradients pass through, on plain `f32` slices. What is learned comes in at run time.

pub mod batch;
pub mod conv;
pub mod dense;
mod filters;
#[cfg(test)]
mod filters_tests;
pub mod map;
pub mod moves;
mod neighbors;
pub mod norm;
pub mod pairwise;
pub mod pool;
pub mod reduce;
mod resample;
pub mod softmax;
pub mod standardize;
mod sums;
mod weights;

/// One step of a tape: its forward pass, and what a loss's gradient by its outputs means for its inputs
/// (reverse-mode differentiation). Shapes are settled when it is made.
pub trait Differentiable: Send {
    /// How many numbers of working memory both passes want. Their contents on entry are arbitrary.
    fn scratch_len(&self) -> usize {
        0
    }

    /// Computes `outputs` (every element, whatever was there before) from `inputs`, which are in ONNX order;
    /// a slice is empty where the input is left out or holds no floats.
    fn forward(&mut self, inputs: &[&[f32]], outputs: &mut [&mut [f32]], scratch: &mut [f32]);

    /// Writes the gradients that are wanted (every element) after a [`Differentiable::forward`] on the same numbers.
    fn backward(&mut self, pass: &mut Backward<'_, '_>, scratch: &mut [f32]);

    /// The ends of the clamp, where this step is one.
    fn clamp(&self) -> Option<(f32, f32)> {
        None
    }

    /// Takes over the clamp behind this step, both ways, so that nobody sweeps over memory for it. `false` where that is
    /// not to be had.
    fn absorb(&mut self, _low: f32, _high: f32) -> bool {
        false
    }

    /// Mean and unbiased variance of each channel in the last forward pass, where it normalized by them.
    fn statistics(&self) -> Option<(&[f32], &[f32])> {
        None
    }
}

/// What a backward pass reads and writes.
pub struct Backward<'a, 'b> {
    /// As in the forward pass.
    pub inputs: &'a [&'b [f32]],
    /// What the forward pass computed.
    pub outputs: &'a [&'b [f32]],
    /// The loss's gradient by each output; zeros where the loss does not depend on it.
    pub given: &'a [&'b [f32]],
    /// Where the loss's gradient by each input goes; `None` where nobody asks.
    pub wanted: &'a mut [Option<&'b mut [f32]>],
}

impl<'b> Backward<'_, 'b> {
    /// The place of the gradient by the `i`-th input, if it is wanted.
    pub fn want(&mut self, i: usize) -> Option<&mut [f32]> {
        self.wanted.get_mut(i)?.as_deref_mut()
    }
}
