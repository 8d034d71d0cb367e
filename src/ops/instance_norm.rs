//! Instance normalisation.

use super::attributes::Attributes;
use super::coupling::Rule;
use super::{Known, Operator};
use crate::graph::Node;
use crate::tensor::Tensor;

/// `InstanceNormalization`: each channel of each sample to mean 0 and variance 1, then `scale` and `bias`.
#[derive(Debug, Clone, PartialEq)]
pub struct InstanceNormalization {
    pub epsilon: f32,
}

impl InstanceNormalization {
    pub fn parse(node: &Node, _opset: i64) -> Result<Self, String> {
        Ok(InstanceNormalization {
            epsilon: Attributes(node).float("epsilon", 1e-5)?,
        })
    }
}

impl Operator for InstanceNormalization {
    fn infer(&self, _inputs: &[Option<Known>]) -> Result<Vec<Known>, String> {
        Err("has no shape rule yet".into())
    }

    fn evaluate(&self, _inputs: &[Option<&Tensor>]) -> Result<Vec<Tensor>, String> {
        Err("cannot be computed yet".into())
    }

    fn couple(&self, rule: &mut Rule<'_>) {
        rule.freeze_all("instance normalisation has no coupling rule");
    }
}
