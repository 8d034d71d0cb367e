//! Splitting a tensor along an axis.

use super::attributes::Attributes;
use super::coupling::Rule;
use super::{Known, Operator};
use crate::graph::Node;
use crate::tensor::Tensor;

/// `Split` along `axis`.
#[derive(Debug, Clone, PartialEq)]
pub struct Split {
    /// May be negative: counted from the end.
    pub axis: i64,
    pub parts: Parts,
    /// How many outputs the node has.
    pub outputs: usize,
}

/// Where the lengths of the parts come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Parts {
    Attribute(Vec<usize>),
    /// The second input.
    Input,
    /// As equal as can be, the last one shorter.
    Equal,
}

impl Split {
    pub fn parse(node: &Node, opset: i64) -> Result<Self, String> {
        let attributes = Attributes(node);
        let parts = if opset >= 13 {
            match node.input(1) {
                Some(_) => Parts::Input,
                None => Parts::Equal,
            }
        } else {
            match attributes.sizes("split")? {
                Some(lengths) => Parts::Attribute(lengths),
                None => Parts::Equal,
            }
        };
        Ok(Split {
            axis: attributes.int("axis", 0)?,
            parts,
            outputs: node.outputs.len(),
        })
    }
}

impl Operator for Split {
    fn infer(&self, _inputs: &[Option<Known>]) -> Result<Vec<Known>, String> {
        Err("has no shape rule yet".into())
    }

    fn evaluate(&self, _inputs: &[Option<&Tensor>]) -> Result<Vec<Tensor>, String> {
        Err("cannot be computed yet".into())
    }

    fn couple(&self, rule: &mut Rule<'_>) {
        rule.freeze_all("splitting has no coupling rule");
    }
}
