//! Clipping to a range.

use super::attributes::Attributes;
use super::coupling::Rule;
use super::uniform::Slice;
use super::{Known, Operator};
use crate::graph::Node;
use crate::tensor::Tensor;

/// `Clip`: where its bounds come from.
#[derive(Debug, Clone, PartialEq)]
pub enum Clip {
    /// Attributes, up to opset 10.
    Attributes { min: f32, max: f32 },
    /// The second and third input, each optional.
    Inputs,
}

impl Clip {
    pub fn parse(node: &Node, opset: i64) -> Result<Self, String> {
        if opset >= 11 {
            return Ok(Clip::Inputs);
        }
        let attributes = Attributes(node);
        Ok(Clip::Attributes {
            min: attributes.float("min", f32::MIN)?,
            max: attributes.float("max", f32::MAX)?,
        })
    }
}

impl Operator for Clip {
    fn infer(&self, _inputs: &[Option<Known>]) -> Result<Vec<Known>, String> {
        Err("has no shape rule yet".into())
    }

    fn evaluate(&self, _inputs: &[Option<&Tensor>]) -> Result<Vec<Tensor>, String> {
        Err("cannot be computed yet".into())
    }

    fn couple(&self, rule: &mut Rule<'_>) {
        rule.broadcast();
    }

    fn uniform(&self, slice: &Slice<'_>) -> Option<f32> {
        slice.pointwise(self)
    }
}
