//! Operators that hand their input on.

use super::coupling::Rule;
use super::uniform::Slice;
use super::{Known, Operator};
use crate::graph::Node;
use crate::tensor::Tensor;

/// `Identity`, or `Dropout` at inference.
#[derive(Debug, Clone, PartialEq)]
pub struct Identity;

impl Identity {
    pub fn parse(_node: &Node, _opset: i64) -> Result<Self, String> {
        Ok(Identity)
    }
}

impl Operator for Identity {
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
        slice.carried()
    }
}
