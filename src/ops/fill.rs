//! Tensors made from a shape or from bounds.

use super::Extent;
use super::coupling::Rule;
use super::floats;
use super::known;
use super::{Known, Operator};
use crate::graph::Attribute;
use crate::graph::{Dim, Node};
use crate::message::Message;
use crate::tensor::{DType, Tensor};
use ndarray::{ArrayD, IxDyn};
use std::sync::Arc;

/// `ConstantOfShape`: one number everywhere, in the shape that the input names.
#[derive(Debug, Clone, PartialEq)]
pub struct ConstantOfShape {
    /// A tensor of one element.
    pub value: Arc<Tensor>,
}

/// `Range`: from start toward limit (not included) by delta.
#[derive(Debug, Clone, PartialEq)]
pub struct Range;

impl ConstantOfShape {
    pub fn parse(node: &Node, _opset: i64) -> Result<Self, Message> {
        let value = match node.attributes.get("value") {
            None => Arc::new(Tensor::from_f32(&[1], vec![0.0])),
            Some(Attribute::Tensor(value)) if value.len() == 1 => value.clone(),
            Some(_) => return Err(message!("reason-node-needs-single-value")),
        };
        Ok(ConstantOfShape { value })
    }
}

impl Range {
    pub fn parse(_node: &Node, _opset: i64) -> Result<Self, Message> {
        Ok(Range)
    }
}

impl Operator for ConstantOfShape {
    fn infer(&self, inputs: &[Option<Known>]) -> Result<Vec<Known>, Message> {
        let target = known::needed(inputs, 0)?;
        let listed = target.constant.as_ref().and_then(|t| t.integers());
        let listed = listed.map(|numbers| numbers.into_iter().map(Extent::Number).collect());
        let Some(extents): Option<Vec<Extent>> = listed.or_else(|| target.elements()) else {
            return Ok(Vec::new());
        };
        if extents.len() > known::MAX_RANK {
            return Err(message!("reason-node-too-many-axes", axes = extents.len()));
        }
        let shape: Option<Vec<_>> = extents.iter().map(Extent::dim).collect();
        let shape = shape.ok_or(message!("reason-node-negative-size"))?;
        Ok(vec![Known::new(self.value.dtype(), shape)])
    }

    fn evaluate(&self, inputs: &[Option<&Tensor>]) -> Result<Vec<Tensor>, Message> {
        let shape = known::output_shapes(self, inputs)?.swap_remove(0);
        let filled = self
            .value
            .gathered(&shape, &vec![0; shape.iter().product()]);
        Ok(vec![
            filled.ok_or(message!("reason-node-this-element-type"))?,
        ])
    }

    fn couple(&self, rule: &mut Rule<'_>) {
        rule.freeze_all(&message!("reason-frozen-filled"));
    }
}

impl Operator for Range {
    fn infer(&self, inputs: &[Option<Known>]) -> Result<Vec<Known>, Message> {
        let first = known::needed(inputs, 0)?;
        let numbers: Option<Vec<f64>> = (0..3)
            .map(|i| known::given(inputs, i).and_then(number))
            .collect();
        let Some(numbers) = numbers else {
            return Ok(vec![Known::new(first.dtype(), vec![Dim::unnamed()])]);
        };
        let count = count(numbers[0], numbers[1], numbers[2])?;
        Ok(vec![Known::new(first.dtype(), vec![count.into()])])
    }

    fn evaluate(&self, inputs: &[Option<&Tensor>]) -> Result<Vec<Tensor>, Message> {
        let count = known::output_shapes(self, inputs)?[0][0];
        let first = known::tensor(inputs, 0)?;
        if let (Some(start), Some(delta)) = (first.integers(), known::tensor(inputs, 2)?.integers())
        {
            let at = |i: usize| start[0].wrapping_add((i as i64).wrapping_mul(delta[0]));
            let result = Tensor::from_i64(&[count], (0..count).map(at).collect());
            return Ok(result.cast(first.dtype()).into_iter().collect());
        }
        let (start, delta) = (floats::needed(inputs, 0)?, floats::needed(inputs, 2)?);
        let (Some(start), Some(delta)) = (start.first(), delta.first()) else {
            return Err(message!("reason-node-needs-range"));
        };
        let result = ArrayD::from_shape_fn(IxDyn(&[count]), |at| start + at[0] as f32 * delta);
        floats::output(result, first)
    }

    fn couple(&self, rule: &mut Rule<'_>) {
        rule.freeze_all(&message!("reason-frozen-range"));
    }
}

/// A scalar constant's number.
fn number(known: &Known) -> Option<f64> {
    match known.constant.as_deref()?.cast(DType::F64)? {
        Tensor::F64(a) if a.len() == 1 => a.first().copied(),
        _ => None,
    }
}

/// How many steps of `delta` lie between `start` and `limit`.
fn count(start: f64, limit: f64, delta: f64) -> Result<usize, Message> {
    let count = ((limit - start) / delta).ceil().max(0.0);
    match count.is_finite() && count <= known::MAX_ELEMENTS as f64 {
        true => Ok(count as usize),
        false => Err(message!(
            "reason-node-endless-range",
            start = start,
            limit = limit,
            delta = delta
        )),
    }
}
