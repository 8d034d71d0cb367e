//! Arithmetic on one input, element by element.

use super::coupling::Rule;
use super::uniform::Slice;
use super::{Known, Operator};
use crate::graph::Node;
use crate::tensor::Tensor;

/// A function of one number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unary {
    Neg,
    Abs,
    Exp,
    Log,
    Sqrt,
    Floor,
    Ceil,
    Reciprocal,
    Not,
}

impl Unary {
    pub fn parse(node: &Node, _opset: i64) -> Result<Self, String> {
        Ok(match node.op_type.as_str() {
            "Neg" => Unary::Neg,
            "Abs" => Unary::Abs,
            "Exp" => Unary::Exp,
            "Log" => Unary::Log,
            "Sqrt" => Unary::Sqrt,
            "Floor" => Unary::Floor,
            "Ceil" => Unary::Ceil,
            "Reciprocal" => Unary::Reciprocal,
            "Not" => Unary::Not,
            other => return Err(format!("is no function of one number: {other}")),
        })
    }
}

impl Operator for Unary {
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
