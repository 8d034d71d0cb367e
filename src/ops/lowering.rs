//! What an operator is told when the engine asks it for a kernel.

use super::window::Window;
use crate::kernels::elementwise::{Arithmetic, Binary};
use crate::kernels::{Activation, Kernel, Span};
use crate::message::Message;
use crate::tensor::Tensor;
use std::borrow::Cow;
use std::sync::Arc;

/// One input of a node in a plan.
#[derive(Debug, Clone)]
pub struct Operand {
    pub shape: Vec<usize>,
    /// The tensor itself, where it is a constant. Constants are **not** handed to
    /// [`Kernel::run`](crate::kernels::Kernel::run): the kernel keeps what it needs of them.
    pub constant: Option<Arc<Tensor>>,
}

/// What follows a node and is done by its kernel in one go, in this order.
#[derive(Debug, Clone, Default)]
pub struct Epilogue {
    /// A BatchNormalization: factor and summand of each output channel (axis 1).
    pub affine: Option<(Vec<f32>, Vec<f32>)>,
    /// Whether another tensor of the output's shape is added. It is the last of the kernel's run-time inputs.
    pub residual: bool,
    pub activation: Option<Activation>,
}

impl Epilogue {
    /// Whether nothing follows the layer.
    pub fn is_empty(&self) -> bool {
        self.affine.is_none() && !self.residual && self.activation.is_none()
    }
}

/// Everything that is settled about a node when its kernel is made. The kernel's run-time inputs are those of
/// the node that are present and not constant, in ONNX order, then the residual. All are floats.
#[derive(Debug, Clone)]
pub struct KernelContext<'a> {
    /// In ONNX order; `None` where left out.
    pub inputs: &'a [Option<Operand>],
    /// Shapes of the outputs in ONNX order.
    pub outputs: &'a [Vec<usize>],
    /// Empty unless [`Operator::takes_epilogue`](super::Operator::takes_epilogue).
    pub epilogue: &'a Epilogue,
}

impl KernelContext<'_> {
    /// The shape of the `i`-th input, `None` where it is left out.
    pub fn shape(&self, i: usize) -> Option<&[usize]> {
        Some(&self.inputs.get(i)?.as_ref()?.shape)
    }

    /// The `i`-th input's constant, if it is one.
    pub fn constant(&self, i: usize) -> Option<&Tensor> {
        self.inputs.get(i)?.as_ref()?.constant.as_deref()
    }

    /// The `i`-th input's constant as floats, if it is one of a float type.
    pub fn floats(&self, i: usize) -> Option<Cow<'_, [f32]>> {
        self.constant(i)?.floats()
    }

    /// Whether the node reads an `i`-th input at all.
    pub fn has(&self, i: usize) -> bool {
        self.inputs.get(i).is_some_and(Option::is_some)
    }

    /// The two spatial axes of a sliding window; one axis counts as a single row. `None` for more than two.
    pub fn spans(
        &self,
        window: &Window,
        kernel: &[usize],
    ) -> Result<Option<(Span, Span)>, Message> {
        let Some(spatial) = self.shape(0).and_then(|shape| shape.get(2..)) else {
            return Ok(None);
        };
        window.planar(spatial, kernel)
    }

    /// The `i`-th input as one summand for each of `count` channels, zeros where it is left out.
    /// `None` where it is computed at run time.
    pub fn bias(&self, i: usize, count: usize) -> Option<Vec<f32>> {
        match self.has(i) {
            true => Some(self.floats(i)?.into_owned()),
            false => Some(vec![0.0; count]),
        }
    }

    /// Works the epilogue's affine part into a bias, and hands each channel's factor to `scale`.
    pub fn fold_affine(&self, bias: &mut [f32], mut scale: impl FnMut(usize, f32)) {
        let Some((factors, shifts)) = &self.epilogue.affine else {
            return;
        };
        let numbers = factors.iter().zip(shifts);
        for (at, (bias, (&factor, shift))) in bias.iter_mut().zip(numbers).enumerate() {
            *bias = *bias * factor + shift;
            scale(at, factor);
        }
    }

    /// Arithmetic on the first two inputs, broadcast.
    pub fn binary(&self, arithmetic: Arithmetic) -> Option<Box<dyn Kernel>> {
        let operand = |i: usize| {
            let numbers = match self.constant(i) {
                Some(tensor) => Some(tensor.floats()?.into_owned()),
                None => None,
            };
            Some((self.shape(i)?, numbers))
        };
        let kernel = Binary::new(arithmetic, self.outputs.first()?, operand(0)?, operand(1)?);
        Some(Box::new(kernel))
    }
}
