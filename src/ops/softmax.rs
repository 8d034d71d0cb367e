//! Softmax.

use super::attributes::Attributes;
use super::axes::axis;
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
        let why = "a softmax runs over it";
        let Some(data) = rule.node.input(0) else {
            return;
        };
        match axis(self.axis, rule.rank(data)) {
            Ok(along) => rule.same_but(why, |at| at == along || (self.flattened && at > along)),
            Err(_) => rule.freeze_all(why),
        }
    }
}
