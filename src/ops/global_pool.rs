//! Pooling over all spatial positions.

use super::coupling::Rule;
use super::uniform::Slice;
use super::{Known, Operator};
use crate::graph::Node;
use crate::tensor::Tensor;

/// `GlobalAveragePool` or `GlobalMaxPool` of data (batch, channels, spatial…).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GlobalPool {
    Average,
    Max,
}

impl GlobalPool {
    pub fn parse(node: &Node, _opset: i64) -> Result<Self, String> {
        Ok(match node.op_type.as_str() {
            "GlobalMaxPool" => GlobalPool::Max,
            _ => GlobalPool::Average,
        })
    }
}

impl Operator for GlobalPool {
    fn infer(&self, _inputs: &[Option<Known>]) -> Result<Vec<Known>, String> {
        Err("has no shape rule yet".into())
    }

    fn evaluate(&self, _inputs: &[Option<&Tensor>]) -> Result<Vec<Tensor>, String> {
        Err("cannot be computed yet".into())
    }

    fn couple(&self, rule: &mut Rule<'_>) {
        rule.per_channel("a pooling runs over it");
    }

    fn uniform(&self, slice: &Slice<'_>) -> Option<f32> {
        slice.carried()
    }
}
