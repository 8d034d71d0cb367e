//! Operators that hand their input on.

use super::coupling::Rule;
use super::known;
use super::uniform::Slice;
use super::{Known, Operator};
use crate::graph::Node;
use crate::message::Message;
use crate::tensor::DType;
use crate::tensor::Tensor;
use ndarray::{ArrayD, IxDyn};

/// `Identity`, or `Dropout` at inference.
#[derive(Debug, Clone, PartialEq)]
pub struct Identity;

impl Identity {
    pub fn parse(_node: &Node, _opset: i64) -> Result<Self, Message> {
        Ok(Identity)
    }
}

/// A `Dropout` that may train.
pub fn is_beyond(node: &Node) -> bool {
    node.op_type == "Dropout" && node.input(2).is_some()
}

impl Operator for Identity {
    fn infer(&self, inputs: &[Option<Known>]) -> Result<Vec<Known>, Message> {
        let x = known::needed(inputs, 0)?;
        let mask = Known::new(DType::Bool, x.shape().to_vec());
        Ok(vec![x.clone(), mask])
    }

    fn evaluate(&self, inputs: &[Option<&Tensor>]) -> Result<Vec<Tensor>, Message> {
        let x = known::tensor(inputs, 0)?;
        // The second output is `Dropout`'s mask: it drops nothing.
        let mask = ArrayD::from_elem(IxDyn(x.shape()), true);
        Ok(vec![x.clone(), Tensor::Bool(mask)])
    }

    fn is_identity(&self) -> bool {
        true
    }

    fn couple(&self, rule: &mut Rule<'_>) {
        rule.broadcast();
    }

    fn uniform(&self, slice: &Slice<'_>) -> Option<f32> {
        slice.carried()
    }

    fn is_view(&self) -> bool {
        true
    }
}
