//! Reordering axes.

use super::attributes::Attributes;
use super::backward::{LearnContext, moved};
use super::coupling::{Axis, Rule};
use super::known;
use super::lowering::KernelContext;
use super::uniform::Slice;
use super::{Known, Operator};
use crate::graph::Node;
use crate::kernels::grad::Differentiable;
use crate::kernels::{Kernel, copy::Gathered, strided};
use crate::message::Message;
use crate::tensor::Tensor;
use ndarray::IxDyn;

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
        let perm = IxDyn(&self.order(x.shape().len())?);
        macro_rules! permute {
            ($($variant:ident),*) => {
                match x {
                    $(Tensor::$variant(a) => {
                        Tensor::$variant(a.view().permuted_axes(perm).as_standard_layout().into_owned())
                    })*
                    Tensor::Opaque(_) => return Err(message!("reason-node-this-element-type")),
                }
            };
        }
        Ok(vec![permute!(F32, F64, F16, I64, I32, I8, U8, Bool)])
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
