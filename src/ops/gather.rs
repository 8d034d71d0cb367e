//! Picking slices by index.

use super::attributes::Attributes;
use super::coupling::Rule;
use super::{Known, Operator};
use crate::graph::Node;
use crate::tensor::Tensor;

/// `Gather`: the slices of the first input along `axis` that the second input names.
#[derive(Debug, Clone, PartialEq)]
pub struct Gather {
    /// May be negative: counted from the end.
    pub axis: i64,
}

impl Gather {
    pub fn parse(node: &Node, _opset: i64) -> Result<Self, String> {
        Ok(Gather {
            axis: Attributes(node).int("axis", 0)?,
        })
    }
}

impl Operator for Gather {
    fn infer(&self, _inputs: &[Option<Known>]) -> Result<Vec<Known>, String> {
        Err("has no shape rule yet".into())
    }

    fn evaluate(&self, _inputs: &[Option<&Tensor>]) -> Result<Vec<Tensor>, String> {
        Err("cannot be computed yet".into())
    }

    fn couple(&self, rule: &mut Rule<'_>) {
        rule.freeze_all("gathering has no coupling rule");
    }
}
