//! Repeating a tensor.

use super::coupling::Rule;
use super::{Known, Operator};
use crate::graph::Node;
use crate::tensor::Tensor;

/// `Expand`: broadcast to the shape that the second input names.
#[derive(Debug, Clone, PartialEq)]
pub struct Expand;

/// `Tile`: repeated along each axis as often as the second input says.
#[derive(Debug, Clone, PartialEq)]
pub struct Tile;

impl Expand {
    pub fn parse(_node: &Node, _opset: i64) -> Result<Self, String> {
        Ok(Expand)
    }
}

impl Tile {
    pub fn parse(_node: &Node, _opset: i64) -> Result<Self, String> {
        Ok(Tile)
    }
}

impl Operator for Expand {
    fn infer(&self, _inputs: &[Option<Known>]) -> Result<Vec<Known>, String> {
        Err("has no shape rule yet".into())
    }

    fn evaluate(&self, _inputs: &[Option<&Tensor>]) -> Result<Vec<Tensor>, String> {
        Err("cannot be computed yet".into())
    }

    fn couple(&self, rule: &mut Rule<'_>) {
        rule.freeze_all("expansion has no coupling rule");
    }
}

impl Operator for Tile {
    fn infer(&self, _inputs: &[Option<Known>]) -> Result<Vec<Known>, String> {
        Err("has no shape rule yet".into())
    }

    fn evaluate(&self, _inputs: &[Option<&Tensor>]) -> Result<Vec<Tensor>, String> {
        Err("cannot be computed yet".into())
    }

    fn couple(&self, rule: &mut Rule<'_>) {
        rule.freeze_all("tiling has no coupling rule");
    }
}
