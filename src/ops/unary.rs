//! Arithmetic on one input, element by element.

use super::coupling::Rule;
use super::floats;
use super::known;
use super::uniform::Slice;
use super::{Known, Operator};
use crate::graph::Node;
use crate::kernels::Activation;
use crate::tensor::Tensor;

/// A function of one number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unary {
    Neg,
    Abs,
    Exp,
    Log,
    Sqrt,
    Floor,
    Ceil,
    Reciprocal,
    Not,
}

impl Unary {
    pub fn parse(node: &Node, _opset: i64) -> Result<Self, String> {
        Ok(match node.op_type.as_str() {
            "Neg" => Unary::Neg,
            "Abs" => Unary::Abs,
            "Exp" => Unary::Exp,
            "Log" => Unary::Log,
            "Sqrt" => Unary::Sqrt,
            "Floor" => Unary::Floor,
            "Ceil" => Unary::Ceil,
            "Reciprocal" => Unary::Reciprocal,
            "Not" => Unary::Not,
            other => return Err(format!("is no function of one number: {other}")),
        })
    }
}

impl Operator for Unary {
    fn infer(&self, inputs: &[Option<Known>]) -> Result<Vec<Known>, String> {
        let x = known::needed(inputs, 0)?;
        let out = Known::new(x.dtype(), x.shape().to_vec());
        Ok(vec![out])
    }

    fn evaluate(&self, inputs: &[Option<&Tensor>]) -> Result<Vec<Tensor>, String> {
        let x = known::tensor(inputs, 0)?;
        Ok(vec![match (self, x) {
            (Unary::Neg, Tensor::I64(a)) => Tensor::I64(a.mapv(i64::wrapping_neg)),
            (Unary::Neg, Tensor::I32(a)) => Tensor::I32(a.mapv(i32::wrapping_neg)),
            (Unary::Abs, Tensor::I64(a)) => Tensor::I64(a.mapv(i64::wrapping_abs)),
            (Unary::Abs, Tensor::I32(a)) => Tensor::I32(a.mapv(i32::wrapping_abs)),
            (Unary::Not, Tensor::Bool(a)) => Tensor::Bool(a.mapv(|x| !x)),
            (Unary::Not, other) => {
                return Err(format!("negates truth values, not {:?}", other.dtype()));
            }
            (_, Tensor::F64(a)) => Tensor::F64(a.mapv(|x| self.apply(x))),
            _ => {
                return floats::output(
                    floats::needed(inputs, 0)?.mapv(|x| self.apply(x.into()) as f32),
                    x,
                );
            }
        }])
    }

    fn couple(&self, rule: &mut Rule<'_>) {
        rule.broadcast();
    }

    fn uniform(&self, slice: &Slice<'_>) -> Option<f32> {
        slice.pointwise(self)
    }

    fn activation(&self, _constants: &[Option<&Tensor>]) -> Option<Activation> {
        match self {
            Unary::Exp => Some(Activation::Exp),
            Unary::Sqrt => Some(Activation::Sqrt),
            _ => None,
        }
    }
}

impl Unary {
    fn apply(self, x: f64) -> f64 {
        match self {
            Unary::Neg => -x,
            Unary::Abs => x.abs(),
            Unary::Exp => x.exp(),
            Unary::Log => x.ln(),
            Unary::Sqrt => x.sqrt(),
            Unary::Floor => x.floor(),
            Unary::Ceil => x.ceil(),
            Unary::Reciprocal => 1.0 / x,
            Unary::Not => f64::from(x == 0.0),
        }
    }
}
