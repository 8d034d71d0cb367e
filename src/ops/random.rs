//! Random numbers, which nobody can compute again.

use super::attributes::Attributes;
use super::coupling::Rule;
use super::identity::Identity;
use super::{Known, Operator, doubles, known};
use crate::graph::{Attribute, Dim, Node};
use crate::message::Message;
use crate::tensor::{DType, Tensor};

/// `Dropout` that trains: refused, unless it drops nothing.
#[derive(Debug, Clone, PartialEq)]
pub struct TrainingDropout;

/// `Bernoulli`, `RandomNormal`, `RandomUniform`, their `…Like`, or `Multinomial`: shapes are known, numbers refused.
#[derive(Debug, Clone, PartialEq)]
pub struct Random {
    /// `None` where the first input says it.
    pub dtype: Option<DType>,
    /// `None` where the first input has it.
    pub shape: Option<Vec<usize>>,
    /// Of `Multinomial`: how many are drawn of each row.
    pub count: Option<usize>,
}

fn refused() -> Message {
    message!("reason-node-seed")
}

impl TrainingDropout {
    pub fn parse(_node: &Node, _opset: i64) -> Result<Self, Message> {
        Ok(TrainingDropout)
    }
}

impl Operator for TrainingDropout {
    fn infer(&self, inputs: &[Option<Known>]) -> Result<Vec<Known>, Message> {
        Identity.infer(inputs)
    }

    fn evaluate(&self, inputs: &[Option<&Tensor>]) -> Result<Vec<Tensor>, Message> {
        let trains = doubles::single(inputs, 2)?.unwrap_or(0) != 0;
        let ratio = doubles::optional(inputs, 1)?;
        let ratio = ratio.map_or(Some(0.5), |ratio| ratio.first().copied());
        match trains && ratio != Some(0.0) {
            true => Err(refused()),
            false => Identity.evaluate(inputs),
        }
    }

    fn couple(&self, rule: &mut Rule<'_>) {
        rule.freeze_across();
    }
}

impl Random {
    pub fn parse(node: &Node, _opset: i64) -> Result<Self, Message> {
        let attributes = Attributes(node);
        let stated = attributes.optional_int("dtype")?;
        let stated = stated.map(|number| DType::from_onnx(number as i32));
        let counts = node.op_type == "Multinomial";
        Ok(Random {
            dtype: match (stated, node.attributes.get("shape"), counts) {
                (None, Some(Attribute::Ints(_)), _) => Some(DType::F32),
                (None, _, true) => Some(DType::I32),
                (stated, _, _) => stated,
            },
            shape: attributes.sizes("shape")?,
            count: match counts {
                true => Some(attributes.positive("sample_size", 1)?),
                false => None,
            },
        })
    }
}

impl Operator for Random {
    fn infer(&self, inputs: &[Option<Known>]) -> Result<Vec<Known>, Message> {
        if let (Some(shape), Some(dtype)) = (&self.shape, self.dtype) {
            let shape = shape.iter().map(|&size| size.into()).collect();
            return Ok(vec![Known::new(dtype, shape)]);
        }
        let x = known::needed(inputs, 0)?;
        let mut shape = x.shape().to_vec();
        if let (Some(count), [_, columns]) = (self.count, &mut shape[..]) {
            *columns = Dim::Known(count);
        }
        Ok(vec![Known::new(self.dtype.unwrap_or(x.dtype()), shape)])
    }

    fn evaluate(&self, _inputs: &[Option<&Tensor>]) -> Result<Vec<Tensor>, Message> {
        Err(refused())
    }

    fn couple(&self, rule: &mut Rule<'_>) {
        rule.freeze_across();
    }
}
