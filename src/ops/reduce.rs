//! Reduction along axes.

use super::attributes::Attributes;
use super::axes::AxesFrom;
use super::coupling::Rule;
use super::{Known, Operator};
use crate::graph::Node;
use crate::tensor::Tensor;

/// What the numbers along the axes become.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReduceKind {
    Mean,
    Sum,
    Max,
    Min,
}

/// `ReduceMean` and its like.
#[derive(Debug, Clone, PartialEq)]
pub struct Reduce {
    pub kind: ReduceKind,
    pub axes: AxesFrom,
    pub keepdims: bool,
    /// Without axes: leave the input as it is, instead of reducing all axes.
    pub noop_with_empty_axes: bool,
}

impl Reduce {
    pub fn parse(node: &Node, opset: i64) -> Result<Self, String> {
        let attributes = Attributes(node);
        let (kind, since) = match node.op_type.as_str() {
            "ReduceSum" => (ReduceKind::Sum, 13),
            "ReduceMax" => (ReduceKind::Max, 18),
            "ReduceMin" => (ReduceKind::Min, 18),
            _ => (ReduceKind::Mean, 18),
        };
        Ok(Reduce {
            kind,
            axes: AxesFrom::parse(node, opset, since)?,
            keepdims: attributes.flag("keepdims", true)?,
            noop_with_empty_axes: attributes.flag("noop_with_empty_axes", false)?,
        })
    }
}

impl Operator for Reduce {
    fn infer(&self, _inputs: &[Option<Known>]) -> Result<Vec<Known>, String> {
        Err("has no shape rule yet".into())
    }

    fn evaluate(&self, _inputs: &[Option<&Tensor>]) -> Result<Vec<Tensor>, String> {
        Err("cannot be computed yet".into())
    }

    fn couple(&self, rule: &mut Rule<'_>) {
        rule.freeze_all("reductions have no coupling rule");
    }
}
