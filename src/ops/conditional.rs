//! Choice between two inputs, element by element.

use super::coupling::Rule;
use super::uniform::Slice;
use super::{Known, Operator};
use crate::graph::Node;
use crate::tensor::Tensor;

/// `Where`: the second input where the first is true, else the third; all broadcast.
#[derive(Debug, Clone, PartialEq)]
pub struct Where;

impl Where {
    pub fn parse(_node: &Node, _opset: i64) -> Result<Self, String> {
        Ok(Where)
    }
}

impl Operator for Where {
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
