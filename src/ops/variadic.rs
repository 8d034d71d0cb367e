//! Arithmetic on any number of broadcast inputs.

use super::backward::LearnContext;
use super::broadcast::zip;
use super::coupling::Rule;
use super::floats;
use super::known;
use super::lowering::KernelContext;
use super::uniform::Slice;
use super::{Known, Operator};
use crate::graph::Node;
use crate::kernels::Kernel;
use crate::kernels::elementwise::Arithmetic;
use crate::kernels::grad::Differentiable;
use crate::kernels::grad::moves::Same;
use crate::kernels::grad::pairwise::{Function, Pairwise};
use crate::message::Message;
use crate::tensor::DType;
use crate::tensor::Tensor;

/// A function of one or more numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Variadic {
    Min,
    Max,
    Sum,
    Mean,
}

impl Variadic {
    pub fn parse(node: &Node, _opset: i64) -> Result<Self, Message> {
        Ok(match node.op_type.as_str() {
            "Min" => Variadic::Min,
            "Max" => Variadic::Max,
            "Sum" => Variadic::Sum,
            "Mean" => Variadic::Mean,
            other => return Err(message!("reason-node-not-variadic", operator = other)),
        })
    }
}

impl Operator for Variadic {
    fn infer(&self, inputs: &[Option<Known>]) -> Result<Vec<Known>, Message> {
        let first = known::needed(inputs, 0)?;
        let mut shape = first.shape().to_vec();
        for i in 1..inputs.len() {
            let other = known::needed(inputs, i)?;
            if other.dtype() != first.dtype() {
                return Err(message!(
                    "reason-node-mixed-types",
                    first = format!("{:?}", first.dtype()),
                    second = format!("{:?}", other.dtype())
                ));
            }
            shape = known::broadcast(&shape, other.shape())?;
        }
        Ok(vec![Known::new(first.dtype(), shape)])
    }

    fn evaluate(&self, inputs: &[Option<&Tensor>]) -> Result<Vec<Tensor>, Message> {
        let shape = known::output_shapes(self, inputs)?.swap_remove(0);
        let first = known::tensor(inputs, 0)?;
        if let Some(Tensor::I64(wide)) =
            first.cast(DType::I64).filter(|_| !first.dtype().is_float())
        {
            let mut sum = wide;
            for i in 1..inputs.len() {
                if let Some(Tensor::I64(next)) = known::tensor(inputs, i)?.cast(DType::I64) {
                    sum = zip(&sum, &next, &shape, |x, y| self.whole(x, y))?;
                }
            }
            let result = Tensor::I64(sum).cast(first.dtype());
            return Ok(result.into_iter().collect());
        }
        let mut sum = floats::needed(inputs, 0)?.into_owned();
        for i in 1..inputs.len() {
            let next = floats::needed(inputs, i)?.into_owned();
            sum = zip(&sum, &next, &shape, |x, y| self.single(x, y))?;
        }
        if *self == Variadic::Mean {
            sum /= inputs.len() as f32;
        }
        floats::output(sum, first)
    }

    fn couple(&self, rule: &mut Rule<'_>) {
        rule.broadcast();
    }

    fn uniform(&self, slice: &Slice<'_>) -> Option<f32> {
        slice.pointwise(self)
    }

    fn neutral(&self, _carried: usize) -> Option<f32> {
        (*self == Variadic::Sum).then_some(0.0)
    }

    fn kernel(&self, context: &KernelContext<'_>) -> Result<Option<Box<dyn Kernel>>, Message> {
        let arithmetic = match (self, context.inputs.len()) {
            (Variadic::Min, 2) => Arithmetic::Min,
            (Variadic::Max, 2) => Arithmetic::Max,
            (Variadic::Sum, 2) => Arithmetic::Add,
            _ => return Ok(None),
        };
        Ok(context.binary(arithmetic))
    }

    fn differentiable(
        &self,
        context: &LearnContext<'_>,
    ) -> Result<Option<Box<dyn Differentiable>>, Message> {
        let function = match (self, context.inputs.len()) {
            (_, 1) => return Ok(Some(Box::new(Same))),
            (Variadic::Min, 2) => Function::Min,
            (Variadic::Max, 2) => Function::Max,
            (Variadic::Sum, 2) => Function::Add,
            _ => return Ok(None),
        };
        let shapes = [context.needed(0)?, context.needed(1)?];
        Ok(Some(Box::new(Pairwise::new(
            function,
            &context.outputs[0],
            shapes,
        ))))
    }
}

impl Variadic {
    fn single(self, x: f32, y: f32) -> f32 {
        match self {
            // NaN wins, as in the reference.
            Variadic::Min => {
                if x < y || x.is_nan() {
                    x
                } else {
                    y
                }
            }
            Variadic::Max => {
                if x > y || x.is_nan() {
                    x
                } else {
                    y
                }
            }
            Variadic::Sum | Variadic::Mean => x + y,
        }
    }

    fn whole(self, x: i64, y: i64) -> i64 {
        match self {
            Variadic::Min => x.min(y),
            Variadic::Max => x.max(y),
            Variadic::Sum | Variadic::Mean => x.wrapping_add(y),
        }
    }
}
