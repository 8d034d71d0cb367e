//! Clipping to a range.

use super::attributes::Attributes;
use super::coupling::Rule;
use super::floats;
use super::known;
use super::uniform::Slice;
use super::{Known, Operator};
use crate::graph::{Dim, Node, Product};
use crate::kernels::Activation;
use crate::message::Message;
use crate::tensor::DType;
use crate::tensor::Tensor;

/// `Clip`: where its bounds come from.
#[derive(Debug, Clone, PartialEq)]
pub enum Clip {
    /// Attributes, up to opset 10.
    Attributes { min: f32, max: f32 },
    /// The second and third input, each optional.
    Inputs,
}

impl Clip {
    pub fn parse(node: &Node, opset: i64) -> Result<Self, Message> {
        if opset >= 11 {
            return Ok(Clip::Inputs);
        }
        let attributes = Attributes(node);
        Ok(Clip::Attributes {
            min: attributes.float("min", f32::MIN)?,
            max: attributes.float("max", f32::MAX)?,
        })
    }
}

impl Operator for Clip {
    fn infer(&self, inputs: &[Option<Known>]) -> Result<Vec<Known>, Message> {
        let x = known::needed(inputs, 0)?;
        for i in 1..3 {
            if let Some(bound) = known::given(inputs, i)
                && Product::of(bound.shape()).is_some_and(|count| count.dim() != Dim::Known(1))
            {
                return Err(message!(
                    "reason-node-bound",
                    shape = known::display(bound.shape())
                ));
            }
        }
        Ok(vec![Known::new(x.dtype(), x.shape().to_vec())])
    }

    fn evaluate(&self, inputs: &[Option<&Tensor>]) -> Result<Vec<Tensor>, Message> {
        known::output_shapes(self, inputs)?;
        let x = known::tensor(inputs, 0)?;
        if let (Some(Tensor::I64(wide)), false) = (x.cast(DType::I64), x.dtype().is_float()) {
            let bound = |i: usize| {
                inputs
                    .get(i)
                    .copied()
                    .flatten()?
                    .integers()?
                    .first()
                    .copied()
            };
            let (min, max) = (bound(1).unwrap_or(i64::MIN), bound(2).unwrap_or(i64::MAX));
            let clipped = Tensor::I64(wide.mapv(|x| x.max(min).min(max)));
            return Ok(clipped.cast(x.dtype()).into_iter().collect());
        }
        let bound = |i: usize, open: f32| {
            let numbers = floats::optional(inputs, i)?;
            Ok::<_, Message>(numbers.and_then(|n| n.first().copied()).unwrap_or(open))
        };
        let (min, max) = match self {
            Clip::Attributes { min, max } => (*min, *max),
            Clip::Inputs => (bound(1, f32::NEG_INFINITY)?, bound(2, f32::INFINITY)?),
        };
        // Not `clamp`, which panics where the bounds are crossed; NaN stays.
        let clip = |x: f32| {
            let x = if x < min { min } else { x };
            if x > max { max } else { x }
        };
        floats::output(floats::needed(inputs, 0)?.mapv(clip), x)
    }

    fn couple(&self, rule: &mut Rule<'_>) {
        rule.broadcast();
    }

    fn uniform(&self, slice: &Slice<'_>) -> Option<f32> {
        slice.pointwise(self)
    }

    fn activation(&self, constants: &[Option<&Tensor>]) -> Option<Activation> {
        let bound = |i: usize, open: f32| match constants.get(i) {
            Some(Some(tensor)) => tensor.floats()?.first().copied(),
            _ => Some(open),
        };
        let (low, high) = match *self {
            Clip::Attributes { min, max } => (min, max),
            Clip::Inputs => (bound(1, f32::NEG_INFINITY)?, bound(2, f32::INFINITY)?),
        };
        Some(Activation::Clamp { low, high })
    }
}
