//! Whether numbers are infinite, or none at all.

use super::attributes::Attributes;
use super::coupling::Rule;
use super::uniform::Slice;
use super::{Known, Operator, doubles, known};
use crate::graph::Node;
use crate::message::Message;
use crate::tensor::{DType, Tensor};

/// `IsNaN` or `IsInf`.
#[derive(Debug, Clone, PartialEq)]
pub enum FloatClass {
    NotANumber,
    Infinite { negative: bool, positive: bool },
}

impl FloatClass {
    pub fn parse(node: &Node, _opset: i64) -> Result<Self, Message> {
        let attributes = Attributes(node);
        Ok(match node.op_type.as_str() {
            "IsNaN" => FloatClass::NotANumber,
            _ => FloatClass::Infinite {
                negative: attributes.flag("detect_negative", true)?,
                positive: attributes.flag("detect_positive", true)?,
            },
        })
    }
}

impl Operator for FloatClass {
    fn infer(&self, inputs: &[Option<Known>]) -> Result<Vec<Known>, Message> {
        let x = known::needed(inputs, 0)?;
        Ok(vec![Known::new(DType::Bool, x.shape().to_vec())])
    }

    fn evaluate(&self, inputs: &[Option<&Tensor>]) -> Result<Vec<Tensor>, Message> {
        let x = known::tensor(inputs, 0)?;
        let mut numbers = doubles::numbers(x)?;
        for x in &mut numbers {
            let is = match self {
                FloatClass::NotANumber => x.is_nan(),
                FloatClass::Infinite { negative, positive } => {
                    x.is_infinite() && if *x < 0.0 { *negative } else { *positive }
                }
            };
            *x = is.into();
        }
        Ok(vec![doubles::tensor(DType::Bool, x.shape(), numbers)?])
    }

    fn couple(&self, rule: &mut Rule<'_>) {
        rule.broadcast();
    }

    fn uniform(&self, slice: &Slice<'_>) -> Option<f32> {
        slice.pointwise(self)
    }
}
