//! Arithmetic on the bits of whole numbers, element by element, both inputs broadcast.

use super::attributes::Attributes;
use super::coupling::Rule;
use super::uniform::Slice;
use super::{Known, Operator, doubles, known, places};
use crate::graph::Node;
use crate::message::Message;
use crate::tensor::Tensor;

/// A function of one or two whole numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bitwise {
    And,
    Or,
    Xor,
    Not,
    ShiftLeft,
    /// Zeros come in from the left: ONNX shifts unsigned numbers only.
    ShiftRight,
}

impl Bitwise {
    pub fn parse(node: &Node, _opset: i64) -> Result<Self, Message> {
        Ok(match node.op_type.as_str() {
            "BitwiseAnd" => Bitwise::And,
            "BitwiseOr" => Bitwise::Or,
            "BitwiseXor" => Bitwise::Xor,
            "BitwiseNot" => Bitwise::Not,
            _ => match Attributes(node).text("direction", "")? {
                "LEFT" => Bitwise::ShiftLeft,
                "RIGHT" => Bitwise::ShiftRight,
                mode => return Err(message!("reason-node-unknown-mode", mode = mode)),
            },
        })
    }

    fn apply(self, x: i64, y: i64) -> i64 {
        let by = u32::try_from(y).unwrap_or(u32::MAX);
        match self {
            Bitwise::And => x & y,
            Bitwise::Or => x | y,
            Bitwise::Xor => x ^ y,
            Bitwise::Not => !x,
            Bitwise::ShiftLeft => (x as u64).checked_shl(by).unwrap_or(0) as i64,
            Bitwise::ShiftRight => (x as u64).checked_shr(by).unwrap_or(0) as i64,
        }
    }
}

impl Operator for Bitwise {
    fn infer(&self, inputs: &[Option<Known>]) -> Result<Vec<Known>, Message> {
        if *self == Bitwise::Not {
            return doubles::like_first(inputs);
        }
        let (a, b) = (known::needed(inputs, 0)?, known::needed(inputs, 1)?);
        let shape = known::broadcast(a.shape(), b.shape())?;
        Ok(vec![Known::new(a.dtype(), shape)])
    }

    fn evaluate(&self, inputs: &[Option<&Tensor>]) -> Result<Vec<Tensor>, Message> {
        let shape = known::output_shapes(self, inputs)?.swap_remove(0);
        let stretched = |i: usize| -> Result<Vec<i64>, Message> {
            let numbers = doubles::whole(inputs, i)?;
            let places = places::stretched(known::tensor(inputs, i)?.shape(), &shape);
            let places = places.ok_or_else(doubles::inconsistent)?;
            Ok(places.into_iter().map(|at| numbers[at]).collect())
        };
        let x = stretched(0)?;
        let y = match self {
            Bitwise::Not => x.clone(),
            _ => stretched(1)?,
        };
        let result = x.into_iter().zip(y).map(|(x, y)| self.apply(x, y));
        let dtype = known::tensor(inputs, 0)?.dtype();
        let result = doubles::indices(&shape, result.collect())?.cast(dtype);
        Ok(vec![result.ok_or_else(|| doubles::unfit(dtype))?])
    }

    fn couple(&self, rule: &mut Rule<'_>) {
        rule.broadcast();
    }

    fn uniform(&self, slice: &Slice<'_>) -> Option<f32> {
        slice.pointwise(self)
    }
}
