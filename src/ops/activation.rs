//! Activations of one input, element by element.

use super::attributes::Attributes;
use super::coupling::Rule;
use super::uniform::Slice;
use super::{Known, Operator};
use crate::graph::Node;
use crate::tensor::Tensor;

/// An activation with its numbers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Activation {
    Relu,
    LeakyRelu {
        alpha: f32,
    },
    Elu {
        alpha: f32,
    },
    Sigmoid,
    HardSigmoid {
        alpha: f32,
        beta: f32,
    },
    HardSwish,
    Tanh,
    Erf,
    /// By the error function.
    Gelu,
    /// By the hyperbolic tangent.
    GeluTanh,
}

impl Activation {
    pub fn parse(node: &Node, _opset: i64) -> Result<Self, String> {
        let attributes = Attributes(node);
        Ok(match node.op_type.as_str() {
            "Relu" => Activation::Relu,
            "LeakyRelu" => Activation::LeakyRelu {
                alpha: attributes.float("alpha", 0.01)?,
            },
            "Elu" => Activation::Elu {
                alpha: attributes.float("alpha", 1.0)?,
            },
            "Sigmoid" => Activation::Sigmoid,
            "HardSigmoid" => Activation::HardSigmoid {
                alpha: attributes.float("alpha", 0.2)?,
                beta: attributes.float("beta", 0.5)?,
            },
            "HardSwish" => Activation::HardSwish,
            "Tanh" => Activation::Tanh,
            "Erf" => Activation::Erf,
            "Gelu" => match attributes.text("approximate", "none")? {
                "none" => Activation::Gelu,
                "tanh" => Activation::GeluTanh,
                other => return Err(format!("has an unknown approximation “{other}”")),
            },
            other => return Err(format!("is no activation: {other}")),
        })
    }
}

impl Operator for Activation {
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
