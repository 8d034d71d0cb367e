//! Softmax.

use super::attributes::Attributes;
use super::coupling::Rule;
use super::{Known, Operator};
use crate::graph::Node;
use crate::tensor::Tensor;

/// `Softmax` along `axis`.
#[derive(Debug, Clone, PartialEq)]
pub struct Softmax {
    /// May be negative: counted from the end.
    pub axis: i64,
    /// Before opset 13, all axes from `axis` on are normalised together.
    pub flattened: bool,
}

impl Softmax {
    pub fn parse(node: &Node, opset: i64) -> Result<Self, String> {
        let flattened = opset < 13;
        Ok(Softmax {
            axis: Attributes(node).int("axis", if flattened { 1 } else { -1 })?,
            flattened,
        })
    }
}

impl Operator for Softmax {
    fn infer(&self, _inputs: &[Option<Known>]) -> Result<Vec<Known>, String> {
        Err("has no shape rule yet".into())
    }

    fn evaluate(&self, _inputs: &[Option<&Tensor>]) -> Result<Vec<Tensor>, String> {
        Err("cannot be computed yet".into())
    }

    fn couple(&self, rule: &mut Rule<'_>) {
        rule.freeze_all("softmax has no coupling rule");
    }
}
