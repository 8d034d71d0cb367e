//! Conversion between element types.

use super::attributes::Attributes;
use super::coupling::Rule;
use super::known;
use super::uniform::Slice;
use super::{Known, Operator};
use crate::graph::Node;
use crate::message::Message;
use crate::tensor::DType;
use crate::tensor::Tensor;

/// `Cast`.
#[derive(Debug, Clone, PartialEq)]
pub struct Cast {
    pub to: DType,
}

impl Cast {
    pub fn parse(node: &Node, _opset: i64) -> Result<Self, Message> {
        let number = Attributes(node).required_int("to")?;
        let number = i32::try_from(number).map_err(|_| message!("reason-node-cast-to"))?;
        Ok(Cast {
            to: DType::from_onnx(number),
        })
    }
}

impl Operator for Cast {
    fn infer(&self, inputs: &[Option<Known>]) -> Result<Vec<Known>, Message> {
        let x = known::needed(inputs, 0)?;
        let whole = |dtype| matches!(dtype, DType::I64 | DType::I32);
        let sizes = x
            .sizes
            .clone()
            .filter(|_| whole(x.dtype()) && whole(self.to));
        Ok(vec![
            Known::new(self.to, x.shape().to_vec()).with_sizes(sizes),
        ])
    }

    fn evaluate(&self, inputs: &[Option<&Tensor>]) -> Result<Vec<Tensor>, Message> {
        let x = known::tensor(inputs, 0)?;
        let complaint = || {
            message!(
                "reason-node-cast",
                from = format!("{:?}", x.dtype()),
                to = format!("{:?}", self.to)
            )
        };
        Ok(vec![x.cast(self.to).ok_or_else(complaint)?])
    }

    fn couple(&self, rule: &mut Rule<'_>) {
        rule.broadcast();
    }

    fn uniform(&self, slice: &Slice<'_>) -> Option<f32> {
        slice.pointwise(self)
    }
}
