//! Batch normalisation with stored statistics.

use super::attributes::Attributes;
use super::coupling::Rule;
use super::{Known, Operator};
use crate::graph::Node;
use crate::tensor::Tensor;

/// `BatchNormalization` at inference: `scale · (x − mean) / √(variance + epsilon) + bias` per channel (axis 1).
#[derive(Debug, Clone, PartialEq)]
pub struct BatchNormalization {
    pub epsilon: f32,
}

impl BatchNormalization {
    pub fn parse(node: &Node, _opset: i64) -> Result<Self, String> {
        Ok(BatchNormalization {
            epsilon: Attributes(node).float("epsilon", 1e-5)?,
        })
    }
}

impl Operator for BatchNormalization {
    fn infer(&self, _inputs: &[Option<Known>]) -> Result<Vec<Known>, String> {
        Err("has no shape rule yet".into())
    }

    fn evaluate(&self, _inputs: &[Option<&Tensor>]) -> Result<Vec<Tensor>, String> {
        Err("cannot be computed yet".into())
    }

    fn couple(&self, rule: &mut Rule<'_>) {
        rule.freeze_all("batch normalisation has no coupling rule");
    }
}
