//! Matrix product with broadcast batch axes.

use super::coupling::Rule;
use super::{Known, Operator};
use crate::graph::Node;
use crate::tensor::Tensor;

/// `MatMul`, as numpy's `matmul`.
#[derive(Debug, Clone, PartialEq)]
pub struct MatMul;

impl MatMul {
    pub fn parse(_node: &Node, _opset: i64) -> Result<Self, String> {
        Ok(MatMul)
    }
}

impl Operator for MatMul {
    fn infer(&self, _inputs: &[Option<Known>]) -> Result<Vec<Known>, String> {
        Err("has no shape rule yet".into())
    }

    fn evaluate(&self, _inputs: &[Option<&Tensor>]) -> Result<Vec<Tensor>, String> {
        Err("cannot be computed yet".into())
    }

    fn couple(&self, rule: &mut Rule<'_>) {
        rule.freeze_all("matrix products have no coupling rule");
    }
}
