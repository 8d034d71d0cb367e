//! Softmax.

use super::attributes::Attributes;
use super::axes;
use super::axes::axis;
use super::backward::LearnContext;
use super::coupling::Rule;
use super::floats;
use super::known;
use super::lowering::KernelContext;
use super::{Known, Operator};
use crate::graph::Node;
use crate::kernels::grad::Differentiable;
use crate::kernels::grad::softmax::Shares;
use crate::kernels::{Kernel, rows};
use crate::message::Message;
use crate::tensor::Tensor;

/// `Softmax` along `axis`.
#[derive(Debug, Clone, PartialEq)]
pub struct Softmax {
    /// May be negative: counted from the end.
    pub axis: i64,
    /// Before opset 13, all axes from `axis` on are normalized together.
    pub flattened: bool,
}

impl Softmax {
    pub fn parse(node: &Node, opset: i64) -> Result<Self, Message> {
        let flattened = opset < 13;
        Ok(Softmax {
            axis: Attributes(node).int("axis", if flattened { 1 } else { -1 })?,
            flattened,
        })
    }
}

impl Operator for Softmax {
    fn infer(&self, inputs: &[Option<Known>]) -> Result<Vec<Known>, Message> {
        let x = known::needed(inputs, 0)?;
        self.axis(x.rank())?;
        Ok(vec![Known::new(x.dtype(), x.shape().to_vec())])
    }

    fn evaluate(&self, inputs: &[Option<&Tensor>]) -> Result<Vec<Tensor>, Message> {
        let x = floats::needed(inputs, 0)?;
        let axis = self.axis(x.ndim())?;
        let shape = x.shape().to_vec();
        let length: usize = match self.flattened {
            true => shape[axis..].iter().product(),
            false => shape[axis],
        };
        // Neighbors along the axis are `step` apart in memory.
        let step: usize = match self.flattened {
            true => 1,
            false => shape[axis + 1..].iter().product(),
        };
        let mut output = x.into_owned();
        let numbers = output
            .as_slice_mut()
            .ok_or(message!("reason-node-layout"))?;
        for block in numbers.chunks_mut((length * step).max(1)) {
            for start in 0..step {
                let row = || (start..block.len()).step_by(step);
                let max = row().map(|i| block[i]).fold(f32::NEG_INFINITY, f32::max);
                let sum: f64 = row().map(|i| f64::from(block[i] - max).exp()).sum();
                for i in (start..length * step).step_by(step) {
                    block[i] = (f64::from(block[i] - max).exp() / sum) as f32;
                }
            }
        }
        floats::output(output, known::tensor(inputs, 0)?)
    }

    fn gives_probabilities(&self) -> bool {
        true
    }

    fn couple(&self, rule: &mut Rule<'_>) {
        let why = &message!("reason-frozen-softmax");
        let Some(data) = rule.node.input(0) else {
            return;
        };
        match axis(self.axis, rule.rank(data)) {
            Ok(along) => rule.same_but(why, |at| at == along || (self.flattened && at > along)),
            Err(_) => rule.freeze_all(why),
        }
    }

    fn kernel(&self, context: &KernelContext<'_>) -> Result<Option<Box<dyn Kernel>>, Message> {
        let Some(shape) = context.shape(0) else {
            return Ok(None);
        };
        let axis = axis(self.axis, shape.len())?;
        let (length, inner) = match self.flattened {
            true => (shape[axis..].iter().product(), 1),
            false => (shape[axis], shape[axis + 1..].iter().product()),
        };
        Ok(Some(Box::new(rows::Softmax { length, inner })))
    }

    fn differentiable(
        &self,
        context: &LearnContext<'_>,
    ) -> Result<Option<Box<dyn Differentiable>>, Message> {
        let shape = context.needed(0)?;
        let axis = self.axis(shape.len())?;
        let (length, inner) = match self.flattened {
            true => (shape[axis..].iter().product(), 1),
            false => (shape[axis], shape[axis + 1..].iter().product()),
        };
        Ok(Some(Box::new(Shares(rows::Softmax { length, inner }))))
    }
}

impl Softmax {
    /// The axis by number. Before opset 13 it may be one past the last.
    fn axis(&self, rank: usize) -> Result<usize, Message> {
        match self.flattened && self.axis == rank as i64 {
            true => Ok(rank),
            false => axes::axis(self.axis, rank),
        }
    }
}
