//! Arithmetic on any number of broadcast inputs.

use super::coupling::Rule;
use super::uniform::Slice;
use super::{Known, Operator};
use crate::graph::Node;
use crate::tensor::Tensor;

/// A function of one or more numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Variadic {
    Min,
    Max,
    Sum,
    Mean,
}

impl Variadic {
    pub fn parse(node: &Node, _opset: i64) -> Result<Self, String> {
        Ok(match node.op_type.as_str() {
            "Min" => Variadic::Min,
            "Max" => Variadic::Max,
            "Sum" => Variadic::Sum,
            "Mean" => Variadic::Mean,
            other => return Err(format!("is no function of several numbers: {other}")),
        })
    }
}

impl Operator for Variadic {
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
