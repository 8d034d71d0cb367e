//! Rectifier with a learned slope.

use super::coupling::Rule;
use super::uniform::Slice;
use super::{Known, Operator};
use crate::graph::Node;
use crate::tensor::Tensor;

/// `PRelu`: `x` where positive, else `slope · x`; the slope broadcasts.
#[derive(Debug, Clone, PartialEq)]
pub struct PRelu;

impl PRelu {
    pub fn parse(_node: &Node, _opset: i64) -> Result<Self, String> {
        Ok(PRelu)
    }
}

impl Operator for PRelu {
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
