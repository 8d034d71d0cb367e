//! Removing and inserting axes of length 1.

use super::axes::AxesFrom;
use super::coupling::Rule;
use super::uniform::Slice;
use super::{Known, Operator};
use crate::graph::Node;
use crate::tensor::Tensor;

/// `Squeeze`: without axes, all of length 1 go.
#[derive(Debug, Clone, PartialEq)]
pub struct Squeeze {
    pub axes: AxesFrom,
}

/// `Unsqueeze`: the axes are those of the output.
#[derive(Debug, Clone, PartialEq)]
pub struct Unsqueeze {
    pub axes: AxesFrom,
}

impl Squeeze {
    pub fn parse(node: &Node, opset: i64) -> Result<Self, String> {
        Ok(Squeeze {
            axes: AxesFrom::parse(node, opset, 13)?,
        })
    }
}

impl Unsqueeze {
    pub fn parse(node: &Node, opset: i64) -> Result<Self, String> {
        Ok(Unsqueeze {
            axes: AxesFrom::parse(node, opset, 13)?,
        })
    }
}

impl Operator for Squeeze {
    fn infer(&self, _inputs: &[Option<Known>]) -> Result<Vec<Known>, String> {
        Err("has no shape rule yet".into())
    }

    fn evaluate(&self, _inputs: &[Option<&Tensor>]) -> Result<Vec<Tensor>, String> {
        Err("cannot be computed yet".into())
    }

    fn couple(&self, rule: &mut Rule<'_>) {
        rule.regroup();
    }

    fn uniform(&self, slice: &Slice<'_>) -> Option<f32> {
        slice.carried()
    }
}

impl Operator for Unsqueeze {
    fn infer(&self, _inputs: &[Option<Known>]) -> Result<Vec<Known>, String> {
        Err("has no shape rule yet".into())
    }

    fn evaluate(&self, _inputs: &[Option<&Tensor>]) -> Result<Vec<Tensor>, String> {
        Err("cannot be computed yet".into())
    }

    fn couple(&self, rule: &mut Rule<'_>) {
        rule.regroup();
    }

    fn uniform(&self, slice: &Slice<'_>) -> Option<f32> {
        slice.carried()
    }
}
