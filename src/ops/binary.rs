//! Arithmetic, comparisons and logic on two broadcast inputs.

use super::attributes::Attributes;
use super::coupling::Rule;
use super::uniform::Slice;
use super::{Known, Operator};
use crate::graph::Node;
use crate::tensor::Tensor;

/// A function of two numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Binary {
    Add,
    Sub,
    Mul,
    Div,
    Pow,
    /// The remainder with the divisor's sign, or with the dividend's (`fmod`).
    Mod {
        fmod: bool,
    },
    And,
    Or,
    Equal,
    Greater,
    Less,
    GreaterOrEqual,
    LessOrEqual,
}

impl Binary {
    pub fn parse(node: &Node, _opset: i64) -> Result<Self, String> {
        Ok(match node.op_type.as_str() {
            "Add" => Binary::Add,
            "Sub" => Binary::Sub,
            "Mul" => Binary::Mul,
            "Div" => Binary::Div,
            "Pow" => Binary::Pow,
            "Mod" => Binary::Mod {
                fmod: Attributes(node).flag("fmod", false)?,
            },
            "And" => Binary::And,
            "Or" => Binary::Or,
            "Equal" => Binary::Equal,
            "Greater" => Binary::Greater,
            "Less" => Binary::Less,
            "GreaterOrEqual" => Binary::GreaterOrEqual,
            "LessOrEqual" => Binary::LessOrEqual,
            other => return Err(format!("is no function of two numbers: {other}")),
        })
    }
}

impl Operator for Binary {
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
