//! Samples to run a model on, whatever they are and wherever they come from.

use crate::error::Result;
use crate::graph::Dim;

/// A set of samples, each of which is an input of a model.
pub trait Dataset: Send {
    /// How many samples there are.
    fn len(&self) -> usize;

    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Numbers of one sample, as the model takes it.
    fn sample_len(&self) -> usize;

    /// The classes by sample, counted from 0, where they are known.
    fn labels(&self) -> Option<&[u32]>;

    /// Fails with [`Error::BadInput`](crate::Error::BadInput) where a model with an input of this shape does not take the
    /// samples.
    fn check_fits(&self, input: &[Dim]) -> Result<()>;

    /// Writes the sample of this index as the model takes it; `input` has [`Dataset::sample_len`] numbers.
    fn write_sample(&self, index: usize, input: &mut [f32]);
}
