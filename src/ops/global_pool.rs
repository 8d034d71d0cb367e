//! Pooling over all spatial positions.

use super::attributes::Attributes;
use super::backward::LearnContext;
use super::coupling::Rule;
use super::doubles;
use super::floats;
use super::known;
use super::lowering::KernelContext;
use super::uniform::Slice;
use super::{Known, Operator};
use crate::graph::Dim;
use crate::graph::Node;
use crate::kernels::Kernel;
use crate::kernels::grad::Differentiable;
use crate::kernels::grad::reduce::{Kind, Reduced};
use crate::kernels::pool::PoolRows;
use crate::message::Message;
use crate::tensor::Tensor;
use ndarray::{ArrayD, IxDyn};

/// `GlobalAveragePool` or `GlobalMaxPool` of data (batch, channels, spatial…).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GlobalPool {
    Average,
    Max,
    /// The root of the sum of powers.
    Lp(i32),
}

impl GlobalPool {
    pub fn parse(node: &Node, _opset: i64) -> Result<Self, Message> {
        Ok(match node.op_type.as_str() {
            "GlobalMaxPool" => GlobalPool::Max,
            "GlobalLpPool" => GlobalPool::Lp(power(node)?),
            _ => GlobalPool::Average,
        })
    }
}

/// The attribute `p`: the power of the norm.
pub fn power(node: &Node) -> Result<i32, Message> {
    let power = Attributes(node).positive("p", 2)?;
    i32::try_from(power).map_err(|_| doubles::inconsistent())
}

impl Operator for GlobalPool {
    fn infer(&self, inputs: &[Option<Known>]) -> Result<Vec<Known>, Message> {
        let x = known::needed(inputs, 0)?;
        let mut shape = x.shape().to_vec();
        if shape.len() < 3 {
            return Err(message!(
                "reason-node-needs-spatial",
                shape = known::display(x.shape())
            ));
        }
        shape[2..].fill(Dim::Known(1));
        Ok(vec![Known::new(x.dtype(), shape)])
    }

    fn evaluate(&self, inputs: &[Option<&Tensor>]) -> Result<Vec<Tensor>, Message> {
        let shape = known::output_shapes(self, inputs)?.swap_remove(0);
        let x = floats::needed(inputs, 0)?;
        let positions: usize = x.shape()[2..].iter().product();
        let numbers = x.as_slice().ok_or(message!("reason-node-layout"))?;
        if positions == 0 {
            return Err(message!("reason-node-pools-nothing"));
        }
        let pooled = numbers.chunks(positions).map(|channel| match self {
            GlobalPool::Max => channel.iter().copied().fold(f32::NEG_INFINITY, f32::max),
            GlobalPool::Average => {
                let sum: f64 = channel.iter().map(|&x| f64::from(x)).sum();
                (sum / positions as f64) as f32
            }
            GlobalPool::Lp(power) => {
                let powers = channel.iter().map(|&x| f64::from(x).abs().powi(*power));
                powers.sum::<f64>().powf(1.0 / f64::from(*power)) as f32
            }
        });
        let pooled = ArrayD::from_shape_vec(IxDyn(&shape), pooled.collect());
        floats::output(
            pooled.map_err(|e| message!("reason-node-other", reason = e.to_string()))?,
            known::tensor(inputs, 0)?,
        )
    }

    fn couple(&self, rule: &mut Rule<'_>) {
        rule.per_channel(&message!("reason-frozen-pooling"));
    }

    fn uniform(&self, slice: &Slice<'_>) -> Option<f32> {
        let inside = slice.carried()?;
        let sums = matches!(self, GlobalPool::Lp(_));
        (!sums || inside == 0.0).then_some(inside)
    }

    fn kernel(&self, context: &KernelContext<'_>) -> Result<Option<Box<dyn Kernel>>, Message> {
        if let GlobalPool::Lp(_) = self {
            return Ok(None);
        }
        let length = context
            .shape(0)
            .map_or(0, |data| data[2..].iter().product());
        let max = *self == GlobalPool::Max;
        Ok(Some(Box::new(PoolRows { length, max })))
    }

    fn differentiable(
        &self,
        context: &LearnContext<'_>,
    ) -> Result<Option<Box<dyn Differentiable>>, Message> {
        let kind = match self {
            GlobalPool::Average => Kind::Mean,
            GlobalPool::Max => Kind::Max,
            GlobalPool::Lp(_) => return Ok(None),
        };
        let reduced = Reduced::new(kind, context.needed(0)?, &context.outputs[0]);
        Ok(Some(Box::new(reduced)))
    }
}
