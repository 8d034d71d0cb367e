//! Conversion to another tensor's element type.

use super::coupling::{Axis, Rule};
use super::uniform::Slice;
use super::{Known, Operator, doubles, known};
use crate::graph::Node;
use crate::message::Message;
use crate::tensor::Tensor;

/// `CastLike`: the first input in the second's element type.
#[derive(Debug, Clone, PartialEq)]
pub struct CastLike;

impl CastLike {
    pub fn parse(_node: &Node, _opset: i64) -> Result<Self, Message> {
        Ok(CastLike)
    }
}

impl Operator for CastLike {
    fn infer(&self, inputs: &[Option<Known>]) -> Result<Vec<Known>, Message> {
        let (x, like) = (known::needed(inputs, 0)?, known::needed(inputs, 1)?);
        Ok(vec![Known::new(like.dtype(), x.shape().to_vec())])
    }

    fn evaluate(&self, inputs: &[Option<&Tensor>]) -> Result<Vec<Tensor>, Message> {
        let (x, like) = (known::tensor(inputs, 0)?, known::tensor(inputs, 1)?);
        let cast = x.cast(like.dtype());
        Ok(vec![cast.ok_or_else(|| doubles::unfit(like.dtype()))?])
    }

    fn couple(&self, rule: &mut Rule<'_>) {
        let (Some(data), Some(out)) = (rule.node.input(0), rule.node.output(0)) else {
            return;
        };
        for axis in 0..rule.rank(data) {
            rule.same(Axis::of(data, axis), Axis::of(out, axis));
        }
        if let Some(like) = rule.node.input(1) {
            let why = rule.across();
            rule.freeze_value(like, &why);
        }
    }

    fn uniform(&self, slice: &Slice<'_>) -> Option<f32> {
        slice.carried()
    }
}
