//! The operators. One is at home in one file: its attributes, shape rule, multiply-adds,
//! channel-coupling rule and forward pass. To add one, add a file and its line in [`registry`].

pub mod activation;
pub mod attributes;
pub mod axes;
pub mod backward;
pub mod batch_norm;
pub mod binary;
pub mod broadcast;
pub mod cast;
pub mod clip;
pub mod concat;
pub mod conditional;
pub mod conv;
pub mod conv_transpose;
pub mod coupling;
pub mod expand;
pub mod fill;
pub mod flatten;
pub mod floats;
pub mod gather;
pub mod gemm;
pub mod global_pool;
pub mod identity;
pub mod instance_norm;
pub mod known;
pub mod layer_norm;
pub mod linear;
pub mod lowering;
pub mod lrn;
pub mod matmul;
pub mod narrow;
pub mod pad;
pub mod pool;
pub mod prelu;
pub mod reduce;
mod registry;
pub mod reshape;
pub mod resize;
pub mod sampling;
pub mod shape;
pub mod slice;
pub mod softmax;
pub mod split;
pub mod squeeze;
pub mod transpose;
pub mod unary;
pub mod uniform;
pub mod variadic;
pub mod window;

pub use known::{Extent, Known};
pub use registry::{names, operator};

use crate::graph::{Graph, Node};
use crate::kernels::grad::Differentiable;
use crate::kernels::{Activation, Kernel};
use crate::tensor::Tensor;
use backward::LearnContext;
use coupling::Rule;
use linear::Linear;
use lowering::KernelContext;
use narrow::{Change, Narrowing};
use std::fmt::Debug;
use uniform::Slice;

/// One parsed operator of one node: attributes checked and defaults filled in.
///
/// Errors are half-sentences without the node's name (“needs 2 inputs, has 1”); the caller adds where.
pub trait Operator: Debug + Send + Sync {
    /// The shape rule: what comes out, from what goes in. `inputs[i]` is `None` where left out or unknown.
    fn infer(&self, inputs: &[Option<Known>]) -> Result<Vec<Known>, String>;

    /// Computes outputs from whole tensors of any supported type. Straightforward and exact: it folds constants,
    /// and runs whatever has no [`Operator::kernel`].
    fn evaluate(&self, inputs: &[Option<&Tensor>]) -> Result<Vec<Tensor>, String>;

    /// Multiply-adds of one run at these shapes (ONNX order, all known). Only products with learned or
    /// activation matrices count: convolutions and matrix products.
    fn macs(&self, _inputs: &[Option<Vec<usize>>], _output: &[usize]) -> u64 {
        0
    }

    /// Says which index along which axis of one tensor goes with which of another.
    fn couple(&self, rule: &mut Rule<'_>);

    /// The constant that one slice of an output holds everywhere, given what is known of the inputs' slices.
    /// `None` where it varies, or where nobody worked it out: that is always safe to say.
    fn uniform(&self, _slice: &Slice<'_>) -> Option<f32> {
        None
    }

    /// What input channels that hold constants everywhere add to each output channel: `channels` pairs an index
    /// along the axis that [`coupling::Reads::data`] names with its constant. `None` where that is not the same
    /// number at each position (a border of zeros, say).
    fn response(
        &self,
        _graph: &Graph,
        _node: &Node,
        _channels: &[(usize, f32)],
    ) -> Option<Vec<f32>> {
        None
    }

    /// What has to change in the node when axes of its tensors lose indices.
    fn rewrite(&self, _narrowing: &Narrowing<'_>) -> Result<Vec<Change>, String> {
        Ok(Vec::new())
    }

    /// A fast kernel for these shapes and constants. `None` where there is none: the node then runs
    /// through [`Operator::evaluate`].
    fn kernel(&self, _context: &KernelContext<'_>) -> Result<Option<Box<dyn Kernel>>, String> {
        Ok(None)
    }

    /// Which inputs hold numbers that a network learns, where they are stored tensors.
    fn learned(&self) -> &'static [usize] {
        &[]
    }

    /// This operator as a step that gradients pass through, for these shapes. `None` where there is none.
    fn differentiable(
        &self,
        _context: &LearnContext<'_>,
    ) -> Result<Option<Box<dyn Differentiable>>, String> {
        Ok(None)
    }

    /// How the outputs follow from stored weights, where they are weighted sums of patches of the first input.
    fn linear(&self, _context: &LearnContext<'_>) -> Result<Option<Linear>, String> {
        Ok(None)
    }

    /// Whether every kernel of this operator honors [`KernelContext::epilogue`].
    fn takes_epilogue(&self) -> bool {
        false
    }

    /// The function of one number that this operator applies to each element of its first input.
    /// All inputs but the first are constant or left out: `constants[i]` is the `i`-th, `None` where left out.
    fn activation(&self, _constants: &[Option<&Tensor>]) -> Option<Activation> {
        None
    }

    /// Factor and summand of each channel (axis 1), where all this operator does is to multiply and add them.
    /// `constants` are as for [`Operator::activation`].
    fn affine(&self, _constants: &[Option<&Tensor>]) -> Option<(Vec<f32>, Vec<f32>)> {
        None
    }

    /// Whether this is a plain elementwise sum of two tensors.
    fn is_sum(&self) -> bool {
        false
    }

    /// Whether the first output holds the first input's elements in the same order, under another shape or
    /// the same (Reshape, Flatten, Identity and their like).
    fn is_view(&self) -> bool {
        false
    }
}
