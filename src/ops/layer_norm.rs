//! Layer normalisation.

use super::attributes::Attributes;
use super::axes::axis;
use super::coupling::Rule;
use super::{Known, Operator};
use crate::graph::Node;
use crate::tensor::Tensor;

/// `LayerNormalization` over the axes from `axis` on, then `scale` and an optional `bias`.
#[derive(Debug, Clone, PartialEq)]
pub struct LayerNormalization {
    /// May be negative: counted from the end.
    pub axis: i64,
    pub epsilon: f32,
}

impl LayerNormalization {
    pub fn parse(node: &Node, _opset: i64) -> Result<Self, String> {
        let attributes = Attributes(node);
        Ok(LayerNormalization {
            axis: attributes.int("axis", -1)?,
            epsilon: attributes.float("epsilon", 1e-5)?,
        })
    }
}

impl Operator for LayerNormalization {
    fn infer(&self, _inputs: &[Option<Known>]) -> Result<Vec<Known>, String> {
        Err("has no shape rule yet".into())
    }

    fn evaluate(&self, _inputs: &[Option<&Tensor>]) -> Result<Vec<Tensor>, String> {
        Err("cannot be computed yet".into())
    }

    fn couple(&self, rule: &mut Rule<'_>) {
        let why = "a layer normalisation runs over it";
        let Some(data) = rule.node.input(0) else {
            return;
        };
        match axis(self.axis, rule.rank(data)) {
            Ok(first) => {
                rule.same_but(why, |at| at >= first);
                for stored in rule.node.inputs.iter().skip(1).copied().flatten() {
                    rule.freeze_value(stored, why);
                }
            }
            Err(_) => rule.freeze_all(why),
        }
    }
}
