//! Conversion between element types.

use super::attributes::Attributes;
use super::coupling::Rule;
use super::uniform::Slice;
use super::{Known, Operator};
use crate::graph::Node;
use crate::tensor::DType;
use crate::tensor::Tensor;

/// `Cast`.
#[derive(Debug, Clone, PartialEq)]
pub struct Cast {
    pub to: DType,
}

impl Cast {
    pub fn parse(node: &Node, _opset: i64) -> Result<Self, String> {
        let number = Attributes(node).required_int("to")?;
        let number = i32::try_from(number).map_err(|_| "has an impossible attribute “to”")?;
        Ok(Cast {
            to: DType::from_onnx(number),
        })
    }
}

impl Operator for Cast {
    fn infer(&self, _inputs: &[Option<Known>]) -> Result<Vec<Known>, String> {
        Err("has no shape rule yet".into())
    }

    fn evaluate(&self, _inputs: &[Option<&Tensor>]) -> Result<Vec<Tensor>, String> {
        Err("cannot be computed yet".into())
    }

    fn couple(&self, rule: &mut Rule<'_>) {
        rule.broadcast();
    }

    fn uniform(&self, slice: &Slice<'_>) -> Option<f32> {
        slice.pointwise(self)
    }
}
