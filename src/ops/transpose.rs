//! Reordering axes.

use super::attributes::Attributes;
use super::backward::{LearnContext, moved};
use super::coupling::{Axis, Rule};
use super::known;
use super::lowering::KernelContext;
use super::places;
use super::uniform::Slice;
use super::{Known, Operator};
use crate::graph::Node;
use crate::kernels::grad::Differentiable;
use crate::kernels::{Kernel, copy::Gathered, strided};
use crate::message::Message;
use crate::tensor::Tensor;

/// `Transpose`: axis `i` of the output is axis `perm[i]` of the input; reversed where left out.
#[derive(Debug, Clone, PartialEq)]
pub struct Transpose {
    pub perm: Option<Vec<usize>>,
}

impl Transpose {
    pub fn parse(node: &Node, _opset: i64) -> Result<Self, Message> {
        Ok(Transpose {
            perm: Attributes(node).sizes("perm")?,
        })
    }
}

impl Operator for Transpose {
    fn infer(&self, inputs: &[Option<Known>]) -> Result<Vec<Known>, Message> {
        let x = known::needed(inputs, 0)?;
        let perm = self.order(x.rank())?;
        let shape = perm.iter().map(|&axis| x.shape()[axis].clone());
        Ok(vec![Known::new(x.dtype(), shape.collect())])
    }

    fn evaluate(&self, inputs: &[Option<&Tensor>]) -> Result<Vec<Tensor>, Message> {
        let x = known::tensor(inputs, 0)?;
        let own = places::strides(x.shape());
        let perm = self.order(own.len())?;
        let shape: Vec<usize> = perm.iter().map(|&axis| x.shape()[axis]).collect();
        let steps: Vec<usize> = perm.iter().map(|&axis| own[axis]).collect();
        let turned = x.gathered(&shape, &places::walk(&shape, &steps));
        Ok(vec![
            turned.ok_or(message!("reason-node-this-element-type"))?,
        ])
    }

    fn couple(&self, rule: &mut Rule<'_>) {
        let (Some(data), Some(out)) = (rule.node.input(0), rule.node.output(0)) else {
            return;
        };
        let rank = rule.rank(data);
        for axis in 0..rank {
            let from = match &self.perm {
                Some(perm) => perm.get(axis).copied(),
                None => Some(rank - 1 - axis),
            };
            if let Some(from) = from {
                rule.same(Axis::of(data, from), Axis::of(out, axis));
            }
        }
    }

    fn uniform(&self, slice: &Slice<'_>) -> Option<f32> {
        slice.carried()
    }

    fn kernel(&self, context: &KernelContext<'_>) -> Result<Option<Box<dyn Kernel>>, Message> {
        let Some(shape) = context.shape(0) else {
            return Ok(None);
        };
        let own = strided::strides(shape);
        let order = self.order(shape.len())?;
        let steps: Vec<isize> = order.into_iter().map(|axis| own[axis]).collect();
        Ok(Some(Box::new(Gathered::new(
            &context.outputs[0],
            0,
            &steps,
        ))))
    }

    fn differentiable(
        &self,
        context: &LearnContext<'_>,
    ) -> Result<Option<Box<dyn Differentiable>>, Message> {
        moved(self, context, |_| true, 0.0)
    }
}

impl Transpose {
    /// The input's axes in the order of the output.
    fn order(&self, rank: usize) -> Result<Vec<usize>, Message> {
        let perm = match &self.perm {
            Some(perm) => perm.clone(),
            None => (0..rank).rev().collect(),
        };
        let mut sorted = perm.clone();
        sorted.sort_unstable();
        match sorted.into_iter().eq(0..rank) {
            true => Ok(perm),
            false => Err(message!(
                "reason-node-permutation",
                order = format!("{perm:?}"),
                rank = rank
            )),
        }
    }
}
