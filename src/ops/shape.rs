//! The shape of a tensor as numbers.

use super::attributes::Attributes;
use super::coupling::Rule;
use super::{Known, Operator};
use crate::graph::Node;
use crate::tensor::Tensor;

/// `Shape`, from dimension `start` up to `end`.
#[derive(Debug, Clone, PartialEq)]
pub struct Shape {
    pub start: i64,
    pub end: Option<i64>,
}

/// `Size`: the number of elements.
#[derive(Debug, Clone, PartialEq)]
pub struct Size;

impl Shape {
    pub fn parse(node: &Node, _opset: i64) -> Result<Self, String> {
        let attributes = Attributes(node);
        Ok(Shape {
            start: attributes.int("start", 0)?,
            end: attributes.optional_int("end")?,
        })
    }
}

impl Size {
    pub fn parse(_node: &Node, _opset: i64) -> Result<Self, String> {
        Ok(Size)
    }
}

impl Operator for Shape {
    fn infer(&self, _inputs: &[Option<Known>]) -> Result<Vec<Known>, String> {
        Err("has no shape rule yet".into())
    }

    fn evaluate(&self, _inputs: &[Option<&Tensor>]) -> Result<Vec<Tensor>, String> {
        Err("cannot be computed yet".into())
    }

    fn couple(&self, rule: &mut Rule<'_>) {
        rule.freeze_all("a shape is read from this tensor");
    }
}

impl Operator for Size {
    fn infer(&self, _inputs: &[Option<Known>]) -> Result<Vec<Known>, String> {
        Err("has no shape rule yet".into())
    }

    fn evaluate(&self, _inputs: &[Option<&Tensor>]) -> Result<Vec<Tensor>, String> {
        Err("cannot be computed yet".into())
    }

    fn couple(&self, rule: &mut Rule<'_>) {
        rule.freeze_all("a size is read from this tensor");
    }
}
