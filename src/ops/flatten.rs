//! Flattening to two axes.

use super::attributes::Attributes;
use super::axes::axis;
use super::coupling::Rule;
use super::known;
use super::uniform::Slice;
use super::{Known, Operator};
use crate::graph::{Node, Product};
use crate::message::Message;
use crate::tensor::Tensor;

/// `Flatten`: the axes before `axis` become the first, the others the second.
#[derive(Debug, Clone, PartialEq)]
pub struct Flatten {
    /// May be negative: counted from the end.
    pub axis: i64,
}

impl Flatten {
    pub fn parse(node: &Node, _opset: i64) -> Result<Self, Message> {
        Ok(Flatten {
            axis: Attributes(node).int("axis", 1)?,
        })
    }
}

impl Operator for Flatten {
    fn infer(&self, inputs: &[Option<Known>]) -> Result<Vec<Known>, Message> {
        let x = known::needed(inputs, 0)?;
        let at = match usize::try_from(self.axis) {
            Ok(at) if at == x.rank() => at,
            _ => axis(self.axis, x.rank())?,
        };
        let side = |dims| {
            Product::of(dims)
                .map(|product| product.dim())
                .ok_or(message!("reason-node-matrix-too-large"))
        };
        let (rows, columns) = x.shape().split_at(at);
        Ok(vec![Known::new(
            x.dtype(),
            vec![side(rows)?, side(columns)?],
        )])
    }

    fn evaluate(&self, inputs: &[Option<&Tensor>]) -> Result<Vec<Tensor>, Message> {
        let shape = known::output_shapes(self, inputs)?.swap_remove(0);
        let reshaped = known::tensor(inputs, 0)?.reshaped(&shape);
        Ok(vec![reshaped.ok_or(message!("reason-node-no-reshape"))?])
    }

    fn couple(&self, rule: &mut Rule<'_>) {
        rule.regroup();
    }

    fn uniform(&self, slice: &Slice<'_>) -> Option<f32> {
        slice.carried()
    }

    fn is_view(&self) -> bool {
        true
    }
}
