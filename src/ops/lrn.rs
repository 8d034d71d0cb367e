//! Local response normalization across channels.

use super::attributes::Attributes;
use super::backward::LearnContext;
use super::coupling::Rule;
use super::floats;
use super::known;
use super::lowering::KernelContext;
use super::{Known, Operator};
use crate::graph::Node;
use crate::kernels::Kernel;
use crate::kernels::grad::Differentiable;
use crate::kernels::neighbors::Neighbors;
use crate::message::Message;
use crate::tensor::Tensor;
use ndarray::Dimension;

/// `LRN`: each number divided by `(bias + alpha / size · Σ squares)^beta` over `size` neighboring channels.
#[derive(Debug, Clone, PartialEq)]
pub struct Lrn {
    pub size: usize,
    pub alpha: f32,
    pub beta: f32,
    pub bias: f32,
}

impl Lrn {
    pub fn parse(node: &Node, _opset: i64) -> Result<Self, Message> {
        let attributes = Attributes(node);
        Ok(Lrn {
            size: attributes.positive("size", 0)?,
            alpha: attributes.float("alpha", 1e-4)?,
            beta: attributes.float("beta", 0.75)?,
            bias: attributes.float("bias", 1.0)?,
        })
    }
}

impl Lrn {
    fn neighbors(&self, data: &[usize]) -> Neighbors {
        Neighbors {
            channels: data[1],
            plane: data[2..].iter().product(),
            size: self.size,
            alpha: self.alpha,
            beta: self.beta,
            bias: self.bias,
        }
    }
}

impl Operator for Lrn {
    fn infer(&self, inputs: &[Option<Known>]) -> Result<Vec<Known>, Message> {
        let x = known::needed(inputs, 0)?;
        if x.rank() < 2 {
            return Err(message!("reason-node-needs-channels"));
        }
        Ok(vec![Known::new(x.dtype(), x.shape().to_vec())])
    }

    fn evaluate(&self, inputs: &[Option<&Tensor>]) -> Result<Vec<Tensor>, Message> {
        known::output_shapes(self, inputs)?;
        let x = floats::needed(inputs, 0)?;
        let channels = x.shape()[1];
        let mut output = x.to_owned();
        for (at, number) in output.indexed_iter_mut() {
            let first = at[1].saturating_sub((self.size - 1) / 2);
            let last = (at[1] + self.size / 2).min(channels - 1);
            let mut place = at.slice().to_vec();
            let squares = (first..=last).map(|c| {
                place[1] = c;
                f64::from(x[&place[..]]).powi(2)
            });
            let sum: f64 = squares.sum();
            let base = f64::from(self.bias) + f64::from(self.alpha) / self.size as f64 * sum;
            *number = (f64::from(*number) / base.powf(self.beta.into())) as f32;
        }
        floats::output(output, known::tensor(inputs, 0)?)
    }

    fn slides(&self) -> bool {
        true
    }

    fn couple(&self, rule: &mut Rule<'_>) {
        rule.same_but(&message!("reason-frozen-neighbor-norm"), |axis| axis == 1);
    }

    fn differentiable(
        &self,
        context: &LearnContext<'_>,
    ) -> Result<Option<Box<dyn Differentiable>>, Message> {
        Ok(Some(Box::new(self.neighbors(context.needed(0)?))))
    }

    fn kernel(&self, context: &KernelContext<'_>) -> Result<Option<Box<dyn Kernel>>, Message> {
        let data = context.shape(0);
        Ok(data.map(|data| Box::new(self.neighbors(data)) as Box<dyn Kernel>))
    }
}
