//! Instance normalisation.

use super::attributes::Attributes;
use super::coupling::{Axis, Rule};
use super::uniform::Slice;
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
        let Some(out) = rule.node.output(0) else {
            return;
        };
        rule.per_channel("an instance normalisation runs over it");
        for stored in rule.node.inputs.iter().skip(1).copied().flatten() {
            rule.same(Axis::of(out, 1), Axis::of(stored, 0));
        }
    }

    /// A constant channel has its own mean: nothing but the bias is left.
    fn uniform(&self, slice: &Slice<'_>) -> Option<f32> {
        if slice.axis != 1 {
            return None;
        }
        slice.input_at(0, 1, slice.index)?;
        slice.input_at(2, 0, slice.index)
    }
}
