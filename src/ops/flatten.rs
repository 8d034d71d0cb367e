//! Flattening to two axes.

use super::attributes::Attributes;
use super::coupling::Rule;
use super::uniform::Slice;
use super::{Known, Operator};
use crate::graph::Node;
use crate::tensor::Tensor;

/// `Flatten`: the axes before `axis` become the first, the others the second.
#[derive(Debug, Clone, PartialEq)]
pub struct Flatten {
    /// May be negative: counted from the end.
    pub axis: i64,
}

impl Flatten {
    pub fn parse(node: &Node, _opset: i64) -> Result<Self, String> {
        Ok(Flatten {
            axis: Attributes(node).int("axis", 1)?,
        })
    }
}

impl Operator for Flatten {
    fn infer(&self, _inputs: &[Option<Known>]) -> Result<Vec<Known>, String> {
        Err("has no shape rule yet".into())
    }

    fn evaluate(&self, _inputs: &[Option<&Tensor>]) -> Result<Vec<Tensor>, String> {
        Err("cannot be computed yet".into())
    }

    fn couple(&self, rule: &mut Rule<'_>) {
        rule.regroup();
    }

    fn uniform(&self, slice: &Slice<'_>) -> Option<f32> {
        slice.carried()
    }
}
