//! Tensors made from a shape or from bounds.

use super::coupling::Rule;
use super::{Known, Operator};
use crate::graph::Attribute;
use crate::graph::Node;
use crate::tensor::Tensor;
use std::sync::Arc;

/// `ConstantOfShape`: one number everywhere, in the shape that the input names.
#[derive(Debug, Clone, PartialEq)]
pub struct ConstantOfShape {
    /// A tensor of one element.
    pub value: Arc<Tensor>,
}

/// `Range`: from start towards limit (not included) by delta.
#[derive(Debug, Clone, PartialEq)]
pub struct Range;

impl ConstantOfShape {
    pub fn parse(node: &Node, _opset: i64) -> Result<Self, String> {
        let value = match node.attributes.get("value") {
            None => Arc::new(Tensor::from_f32(&[1], vec![0.0])),
            Some(Attribute::Tensor(value)) if value.len() == 1 => value.clone(),
            Some(_) => return Err("needs a tensor of one element as attribute “value”".into()),
        };
        Ok(ConstantOfShape { value })
    }
}

impl Range {
    pub fn parse(_node: &Node, _opset: i64) -> Result<Self, String> {
        Ok(Range)
    }
}

impl Operator for ConstantOfShape {
    fn infer(&self, _inputs: &[Option<Known>]) -> Result<Vec<Known>, String> {
        Err("has no shape rule yet".into())
    }

    fn evaluate(&self, _inputs: &[Option<&Tensor>]) -> Result<Vec<Tensor>, String> {
        Err("cannot be computed yet".into())
    }

    fn couple(&self, rule: &mut Rule<'_>) {
        rule.freeze_all("it is filled to a size that the model computes");
    }
}

impl Operator for Range {
    fn infer(&self, _inputs: &[Option<Known>]) -> Result<Vec<Known>, String> {
        Err("has no shape rule yet".into())
    }

    fn evaluate(&self, _inputs: &[Option<&Tensor>]) -> Result<Vec<Tensor>, String> {
        Err("cannot be computed yet".into())
    }

    fn couple(&self, rule: &mut Rule<'_>) {
        rule.freeze_all("it counts to a number that the model computes");
    }
}
