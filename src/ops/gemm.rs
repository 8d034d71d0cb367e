//! General matrix product: `alpha · A · B + beta · C`.

use super::attributes::Attributes;
use super::coupling::Rule;
use super::{Known, Operator};
use crate::graph::Node;
use crate::tensor::Tensor;

/// `Gemm`: `A` (rows, depth), `B` (depth, columns), each stored transposed where the flag says so; `C` broadcasts.
#[derive(Debug, Clone, PartialEq)]
pub struct Gemm {
    pub alpha: f32,
    pub beta: f32,
    pub trans_a: bool,
    pub trans_b: bool,
}

impl Gemm {
    pub fn parse(node: &Node, _opset: i64) -> Result<Self, String> {
        let attributes = Attributes(node);
        Ok(Gemm {
            alpha: attributes.float("alpha", 1.0)?,
            beta: attributes.float("beta", 1.0)?,
            trans_a: attributes.flag("transA", false)?,
            trans_b: attributes.flag("transB", false)?,
        })
    }
}

impl Operator for Gemm {
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
