//! Taking ranges along axes.

use super::attributes::Attributes;
use super::coupling::Rule;
use super::{Known, Operator};
use crate::graph::Node;
use crate::tensor::Tensor;

/// `Slice`: where its starts, ends, axes and steps come from.
#[derive(Debug, Clone, PartialEq)]
pub enum Slice {
    /// Attributes, up to opset 9; the steps are 1.
    Attributes {
        starts: Vec<i64>,
        ends: Vec<i64>,
        axes: Option<Vec<i64>>,
    },
    /// The inputs `starts`, `ends`, `axes` and `steps`, the last two optional.
    Inputs,
}

impl Slice {
    pub fn parse(node: &Node, opset: i64) -> Result<Self, String> {
        if opset >= 10 {
            return Ok(Slice::Inputs);
        }
        let attributes = Attributes(node);
        let required = |name: &str| {
            let found = attributes.ints(name)?;
            found.ok_or_else(|| format!("needs the attribute “{name}”"))
        };
        Ok(Slice::Attributes {
            starts: required("starts")?,
            ends: required("ends")?,
            axes: attributes.ints("axes")?,
        })
    }
}

impl Operator for Slice {
    fn infer(&self, _inputs: &[Option<Known>]) -> Result<Vec<Known>, String> {
        Err("has no shape rule yet".into())
    }

    fn evaluate(&self, _inputs: &[Option<&Tensor>]) -> Result<Vec<Tensor>, String> {
        Err("cannot be computed yet".into())
    }

    fn couple(&self, rule: &mut Rule<'_>) {
        rule.freeze_all("slicing has no coupling rule");
    }
}
