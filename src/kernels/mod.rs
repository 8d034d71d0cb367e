//! Fast loops over plain `f32` slices. They know shapes and constants, but no graph.

mod activation;
#[cfg(target_arch = "x86_64")]
mod avx;
pub mod cholesky;
pub mod conv;
mod conv_shape;
#[cfg(test)]
mod conv_tests;
pub mod copy;
mod depthwise;
pub mod distance;
pub mod elementwise;
pub mod grad;
mod math;
pub mod matrix;
pub mod neighbors;
pub mod pack;
mod padded;
pub mod picked;
pub mod pixels;
pub mod pool;
pub mod product;
pub mod recurrent;
pub mod reduce;
pub mod resample;
pub mod rows;
mod simd;
pub mod strided;
#[cfg(test)]
mod testing;
pub mod tile;
mod tile_shape;
pub mod transposed;
#[cfg(test)]
mod transposed_tests;
mod turn;
mod weave;

pub use activation::Activation;
pub use padded::Span;

/// One step of a plan, ready to run: shapes are settled and constants packed.
pub trait Kernel: Send {
    /// How many numbers of working memory [`Kernel::run`] wants. Their contents on entry are arbitrary.
    fn scratch_len(&self) -> usize {
        0
    }

    /// Computes `outputs` (every element, whatever was there before) from `inputs`.
    /// Each slice has exactly the length that the kernel was made for.
    fn run(&self, inputs: &[&[f32]], outputs: &mut [&mut [f32]], scratch: &mut [f32]);
}
