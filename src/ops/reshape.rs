//! Reshaping to a shape that the second input names.

use super::attributes::Attributes;
use super::coupling::Rule;
use super::{Known, Operator};
use crate::graph::Node;
use crate::tensor::Tensor;

/// `Reshape`: −1 stands for what is left, 0 for the input's own size unless `allowzero`.
#[derive(Debug, Clone, PartialEq)]
pub struct Reshape {
    pub allowzero: bool,
}

impl Reshape {
    pub fn parse(node: &Node, _opset: i64) -> Result<Self, String> {
        Ok(Reshape {
            allowzero: Attributes(node).flag("allowzero", false)?,
        })
    }
}

impl Operator for Reshape {
    fn infer(&self, _inputs: &[Option<Known>]) -> Result<Vec<Known>, String> {
        Err("has no shape rule yet".into())
    }

    fn evaluate(&self, _inputs: &[Option<&Tensor>]) -> Result<Vec<Tensor>, String> {
        Err("cannot be computed yet".into())
    }

    fn couple(&self, rule: &mut Rule<'_>) {
        rule.freeze_all("reshapes have no coupling rule");
    }
}
