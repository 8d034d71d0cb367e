//! Joining tensors along an axis.

use super::attributes::Attributes;
use super::axes;
use super::axes::axis;
use super::backward::{LearnContext, moved};
use super::coupling::{Axis, IndexMap, Rule};
use super::known;
use super::lowering::KernelContext;
use super::uniform::Slice;
use super::{Known, Operator};
use crate::graph::Dim;
use crate::graph::Node;
use crate::kernels::Kernel;
use crate::kernels::copy::Joined;
use crate::kernels::grad::Differentiable;
use crate::message::Message;
use crate::tensor::Tensor;

/// `Concat` along `axis`.
#[derive(Debug, Clone, PartialEq)]
pub struct Concat {
    /// May be negative: counted from the end.
    pub axis: i64,
}

impl Concat {
    pub fn parse(node: &Node, _opset: i64) -> Result<Self, Message> {
        Ok(Concat {
            axis: Attributes(node).required_int("axis")?,
        })
    }
}

impl Operator for Concat {
    fn infer(&self, inputs: &[Option<Known>]) -> Result<Vec<Known>, Message> {
        let first = known::needed(inputs, 0)?;
        let along = axes::axis(self.axis, first.rank())?;
        let mut shape = first.shape().to_vec();
        let mut sizes = first.elements();
        for i in 1..inputs.len() {
            let next = known::needed(inputs, i)?;
            let unfit = || {
                message!(
                    "reason-node-joined-shapes",
                    first = known::display(first.shape()),
                    second = known::display(next.shape()),
                    axis = along
                )
            };
            if next.dtype() != first.dtype() {
                return Err(message!(
                    "reason-node-joined-types",
                    first = format!("{:?}", first.dtype()),
                    second = format!("{:?}", next.dtype())
                ));
            }
            if next.rank() != first.rank() {
                return Err(unfit());
            }
            for (axis, dim) in next.shape().iter().enumerate() {
                match (&shape[axis], dim) {
                    (Dim::Known(x), Dim::Known(y)) if axis == along => {
                        shape[axis] = Dim::Known(x.checked_add(*y).ok_or_else(unfit)?);
                    }
                    _ if axis == along => shape[axis] = Dim::unnamed(),
                    (Dim::Known(x), Dim::Known(y)) if x != y => return Err(unfit()),
                    (Dim::Symbol(_), Dim::Known(_)) => shape[axis] = dim.clone(),
                    _ => {}
                }
            }
            sizes = match (sizes, next.elements()) {
                (Some(before), Some(after)) => Some([before, after].concat()),
                _ => None,
            };
        }
        Ok(vec![Known::new(first.dtype(), shape).with_sizes(sizes)])
    }

    fn evaluate(&self, inputs: &[Option<&Tensor>]) -> Result<Vec<Tensor>, Message> {
        known::output_shapes(self, inputs)?;
        let first = known::tensor(inputs, 0)?;
        let along = axes::axis(self.axis, first.shape().len())?;
        let parts: Vec<&Tensor> = inputs.iter().copied().flatten().collect();
        let rows: usize = first.shape()[..along].iter().product();
        let mut shape = first.shape().to_vec();
        shape[along] = parts.iter().map(|part| part.shape()[along]).sum();
        let mut sources = Vec::with_capacity(shape.iter().product());
        for row in 0..rows {
            let mut start = 0;
            for part in &parts {
                let length = part.len() / rows;
                sources.extend(start + row * length..start + (row + 1) * length);
                start += part.len();
            }
        }
        let joined = Tensor::joined(&parts).and_then(|all| all.gathered(&shape, &sources));
        Ok(vec![
            joined.ok_or(message!("reason-node-this-element-type"))?,
        ])
    }

    fn couple(&self, rule: &mut Rule<'_>) {
        let Some(out) = rule.node.output(0) else {
            return;
        };
        let Ok(along) = axis(self.axis, rule.rank(out)) else {
            return rule.freeze_all(&message!("reason-frozen-joined-axis"));
        };
        let mut offset = 0;
        for part in rule.node.inputs.iter().copied().flatten() {
            for axis in (0..rule.rank(part)).filter(|&axis| axis != along) {
                rule.same(Axis::of(part, axis), Axis::of(out, axis));
            }
            match rule.size(part, along) {
                Some(size) => {
                    let map = IndexMap::identity().shift(offset as isize);
                    rule.link(Axis::of(part, along), Axis::of(out, along), map);
                    offset += size;
                }
                None => {
                    let why = &message!("reason-frozen-joined-parts");
                    return rule.freeze_all(why);
                }
            }
        }
    }

    fn uniform(&self, slice: &Slice<'_>) -> Option<f32> {
        slice.carried()
    }

    fn kernel(&self, context: &KernelContext<'_>) -> Result<Option<Box<dyn Kernel>>, Message> {
        let axis = axis(self.axis, context.outputs[0].len())?;
        let parts = context.inputs.iter().flatten().map(|operand| {
            let length = operand.shape[axis..].iter().product();
            let numbers = |t: &Tensor| t.floats().map(|floats| floats.into_owned());
            (length, operand.constant.as_deref().and_then(numbers))
        });
        Ok(Some(Box::new(Joined {
            parts: parts.collect(),
        })))
    }

    fn differentiable(
        &self,
        context: &LearnContext<'_>,
    ) -> Result<Option<Box<dyn Differentiable>>, Message> {
        moved(self, context, |_| true, 0.0)
    }
}
