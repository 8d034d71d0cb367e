//! Padding.

use super::attributes::Attributes;
use super::coupling::Rule;
use super::{Known, Operator};
use crate::graph::Node;
use crate::tensor::Tensor;

/// What the border is filled with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PadMode {
    Constant,
    Reflect,
    Edge,
}

/// `Pad`. Negative amounts crop.
#[derive(Debug, Clone, PartialEq)]
pub struct Pad {
    pub mode: PadMode,
    pub from: PadFrom,
}

/// Where the amounts and the constant come from.
#[derive(Debug, Clone, PartialEq)]
pub enum PadFrom {
    /// Attributes, up to opset 10: all begins, then all ends.
    Attributes { pads: Vec<i64>, value: f32 },
    /// The inputs `pads`, `constant_value` and `axes`, the last two optional.
    Inputs,
}

impl Pad {
    pub fn parse(node: &Node, opset: i64) -> Result<Self, String> {
        let attributes = Attributes(node);
        let mode = match attributes.text("mode", "constant")? {
            "constant" => PadMode::Constant,
            "reflect" => PadMode::Reflect,
            "edge" => PadMode::Edge,
            other => return Err(format!("has the unsupported mode “{other}”")),
        };
        let from = if opset >= 11 {
            PadFrom::Inputs
        } else {
            PadFrom::Attributes {
                pads: (attributes.ints("pads")?).ok_or("needs the attribute “pads”")?,
                value: attributes.float("value", 0.0)?,
            }
        };
        Ok(Pad { mode, from })
    }
}

impl Operator for Pad {
    fn infer(&self, _inputs: &[Option<Known>]) -> Result<Vec<Known>, String> {
        Err("has no shape rule yet".into())
    }

    fn evaluate(&self, _inputs: &[Option<&Tensor>]) -> Result<Vec<Tensor>, String> {
        Err("cannot be computed yet".into())
    }

    fn couple(&self, rule: &mut Rule<'_>) {
        rule.freeze_all("padding has no coupling rule");
    }
}
