//! Joining tensors along an axis.

use super::attributes::Attributes;
use super::coupling::Rule;
use super::{Known, Operator};
use crate::graph::Node;
use crate::tensor::Tensor;

/// `Concat` along `axis`.
#[derive(Debug, Clone, PartialEq)]
pub struct Concat {
    /// May be negative: counted from the end.
    pub axis: i64,
}

impl Concat {
    pub fn parse(node: &Node, _opset: i64) -> Result<Self, String> {
        Ok(Concat {
            axis: Attributes(node).required_int("axis")?,
        })
    }
}

impl Operator for Concat {
    fn infer(&self, _inputs: &[Option<Known>]) -> Result<Vec<Known>, String> {
        Err("has no shape rule yet".into())
    }

    fn evaluate(&self, _inputs: &[Option<&Tensor>]) -> Result<Vec<Tensor>, String> {
        Err("cannot be computed yet".into())
    }

    fn couple(&self, rule: &mut Rule<'_>) {
        rule.freeze_all("joining has no coupling rule");
    }
}
