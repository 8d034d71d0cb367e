//! Running sums.

use super::attributes::Attributes;
use super::coupling::Rule;
use super::{Known, Operator, axes, doubles, known, places};
use crate::graph::Node;
use crate::message::Message;
use crate::tensor::Tensor;

/// `CumSum` along the axis that the second input names.
#[derive(Debug, Clone, PartialEq)]
pub struct CumSum {
    /// Leave each element out of its own sum.
    pub exclusive: bool,
    /// From the end.
    pub reverse: bool,
}

impl CumSum {
    pub fn parse(node: &Node, _opset: i64) -> Result<Self, Message> {
        let attributes = Attributes(node);
        Ok(CumSum {
            exclusive: attributes.flag("exclusive", false)?,
            reverse: attributes.flag("reverse", false)?,
        })
    }
}

impl Operator for CumSum {
    fn infer(&self, inputs: &[Option<Known>]) -> Result<Vec<Known>, Message> {
        doubles::like_first(inputs)
    }

    fn evaluate(&self, inputs: &[Option<&Tensor>]) -> Result<Vec<Tensor>, Message> {
        let x = known::tensor(inputs, 0)?;
        let axis = doubles::single(inputs, 1)?.ok_or_else(doubles::inconsistent)?;
        let mut numbers = doubles::numbers(x)?;
        let (outer, length, inner) = places::around(x.shape(), axes::axis(axis, x.shape().len())?);
        for row in 0..outer {
            for column in 0..inner {
                let mut sum = 0.0;
                for i in 0..length {
                    let i = if self.reverse { length - 1 - i } else { i };
                    let element = &mut numbers[(row * length + i) * inner + column];
                    let before = sum;
                    sum += *element;
                    *element = if self.exclusive { before } else { sum };
                }
            }
        }
        Ok(vec![doubles::tensor(x.dtype(), x.shape(), numbers)?])
    }

    fn couple(&self, rule: &mut Rule<'_>) {
        let why = rule.across();
        match rule.integers(1).as_deref() {
            Some(&[axis]) => rule.same_but_along(axis, &why),
            _ => rule.freeze_all(&why),
        }
    }
}
