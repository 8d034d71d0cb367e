//! What an operator is told when a tape asks it for a step that gradients pass through.

use super::Operator;
use super::lowering::Operand;
use super::window::Window;
use crate::kernels::Span;
use crate::kernels::grad::Differentiable;
use crate::kernels::grad::moves::Moved;
use crate::message::Message;
use crate::tensor::Tensor;

/// Everything that is settled about a node before learning begins. The step's inputs at run time are the node's, in
/// ONNX order: all that hold floats, whether stored, learned or computed.
#[derive(Debug, Clone, Copy)]
pub struct LearnContext<'a> {
    /// In ONNX order; `None` where left out. Constants are given for what is never learned.
    pub inputs: &'a [Option<Operand>],
    /// Shapes of the outputs in ONNX order; empty ones where left out.
    pub outputs: &'a [Vec<usize>],
    /// Whether normalizations use the statistics of the batch at hand, not the stored ones.
    pub of_batch: bool,
}

impl LearnContext<'_> {
    /// The shape of the `i`-th input, `None` where it is left out.
    pub fn shape(&self, i: usize) -> Option<&[usize]> {
        Some(&self.inputs.get(i)?.as_ref()?.shape)
    }

    /// The shape of the `i`-th input; an error where it is left out.
    pub fn needed(&self, i: usize) -> Result<&[usize], Message> {
        self.shape(i)
            .ok_or_else(|| message!("reason-node-needs-input", index = i))
    }

    /// The `i`-th input's constant, if it is one that is never learned.
    pub fn constant(&self, i: usize) -> Option<&Tensor> {
        self.inputs.get(i)?.as_ref()?.constant.as_deref()
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
        match self.shape(0).and_then(|shape| shape.get(2..)) {
            Some(spatial) => window.planar(spatial, kernel),
            None => Ok(None),
        }
    }
}

/// Elements that [`moved`] can tell apart: the whole numbers that single precision holds.
const MOST: usize = 1 << 24;

/// The step of an operator whose outputs hold nothing but elements of its inputs, and `filling` between them. Where each
/// comes from is found by letting the operator itself move the elements' numbers.
///
/// `is_data` tells which float inputs are moved, constant or not; the others say how.
pub fn moved(
    operator: &dyn Operator,
    context: &LearnContext<'_>,
    is_data: impl Fn(usize) -> bool,
    filling: f32,
) -> Result<Option<Box<dyn Differentiable>>, Message> {
    let mut count = 0;
    let mut lengths = Vec::with_capacity(context.inputs.len());
    let mut tensors = Vec::with_capacity(context.inputs.len());
    for (i, input) in context.inputs.iter().enumerate() {
        let Some(operand) = input else {
            lengths.push(0);
            tensors.push(None);
            continue;
        };
        let is_float = |tensor: &Tensor| tensor.dtype().is_float();
        match &operand.constant {
            Some(constant) if !(is_float(constant) && is_data(i)) => {
                lengths.push(0);
                tensors.push(Some((**constant).clone()));
            }
            _ => {
                let length: usize = operand.shape.iter().product();
                let numbers = (count + 1..=count + length).map(|i| i as f32).collect();
                count += length;
                lengths.push(length);
                tensors.push(Some(Tensor::from_f32(&operand.shape, numbers)));
            }
        }
    }
    if count >= MOST {
        return Err(message!("reason-node-too-many-to-learn", count = count));
    }
    let inputs: Vec<Option<&Tensor>> = tensors.iter().map(Option::as_ref).collect();
    let sources = operator.evaluate(&inputs)?;
    let sources = sources.iter().map(|tensor| {
        let places = tensor
            .floats()
            .ok_or(message!("reason-node-moves-no-floats"))?;
        Ok(places.iter().map(|&at| at as u32).collect())
    });
    Ok(Some(Box::new(Moved {
        sources: sources.collect::<Result<_, Message>>()?,
        lengths,
        filling,
    })))
}
