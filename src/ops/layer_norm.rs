//! Layer normalization.

use super::attributes::Attributes;
use super::axes;
use super::axes::axis;
use super::backward::LearnContext;
use super::coupling::Rule;
use super::doubles;
use super::floats;
use super::known;
use super::lowering::KernelContext;
use super::{Known, Operator};
use crate::graph::{Dim, Node};
use crate::kernels::Kernel;
use crate::kernels::grad::Differentiable;
use crate::kernels::grad::standardize::{By, Standardized};
use crate::kernels::rows::{Normalize, Weights};
use crate::message::Message;
use crate::tensor::{DType, Tensor};

/// `LayerNormalization` over the axes from `axis` on, then `scale` and an optional `bias`.
#[derive(Debug, Clone, PartialEq)]
pub struct LayerNormalization {
    /// May be negative: counted from the end.
    pub axis: i64,
    pub epsilon: f32,
}

impl LayerNormalization {
    pub fn parse(node: &Node, _opset: i64) -> Result<Self, Message> {
        let attributes = Attributes(node);
        Ok(LayerNormalization {
            axis: attributes.int("axis", -1)?,
            epsilon: attributes.float("epsilon", 1e-5)?,
        })
    }
}

impl Operator for LayerNormalization {
    fn infer(&self, inputs: &[Option<Known>]) -> Result<Vec<Known>, Message> {
        let x = known::needed(inputs, 0)?;
        let axis = axes::axis(self.axis, x.rank())?;
        for i in 1..3 {
            let Some(parameter) = known::given(inputs, i) else {
                continue;
            };
            if parameter.rank() > x.rank() - axis
                || known::broadcast(x.shape(), parameter.shape())? != x.shape()
            {
                return Err(message!(
                    "reason-node-norm-shape",
                    data = known::display(x.shape()),
                    parameter = known::display(parameter.shape())
                ));
            }
        }
        known::needed(inputs, 1)?;
        // The mean and the inverse of the deviation, a number a row.
        let mut rows = x.shape().to_vec();
        rows[axis..].fill(Dim::Known(1));
        let row = Known::new(DType::F32, rows);
        Ok(vec![
            Known::new(x.dtype(), x.shape().to_vec()),
            row.clone(),
            row,
        ])
    }

    fn evaluate(&self, inputs: &[Option<&Tensor>]) -> Result<Vec<Tensor>, Message> {
        let shapes = known::output_shapes(self, inputs)?;
        let x = floats::needed(inputs, 0)?;
        let axis = axes::axis(self.axis, x.ndim())?;
        let inner: usize = x.shape()[axis..].iter().product();
        let mut output = x.into_owned();
        let (mut means, mut inverses) = (Vec::new(), Vec::new());
        if let Some(numbers) = output.as_slice_mut() {
            for row in numbers.chunks_mut(inner.max(1)) {
                let (mean, spread) = moments(row.iter(), self.epsilon);
                means.push(mean);
                inverses.push(1.0 / spread);
                for x in row {
                    *x = ((f64::from(*x) - mean) / spread) as f32;
                }
            }
        }
        output *= &floats::needed(inputs, 1)?;
        if let Some(bias) = floats::optional(inputs, 2)? {
            output += &bias;
        }
        let mut outputs = floats::output(output, known::tensor(inputs, 0)?)?;
        for rows in [means, inverses] {
            outputs.push(doubles::tensor(DType::F32, &shapes[1], rows)?);
        }
        Ok(outputs)
    }

    fn couple(&self, rule: &mut Rule<'_>) {
        let why = &message!("reason-frozen-layer-norm");
        let Some(data) = rule.node.input(0) else {
            return;
        };
        if rule.node.outputs.iter().skip(1).any(Option::is_some) {
            return rule.freeze_all(why);
        }
        match axis(self.axis, rule.rank(data)) {
            Ok(first) => {
                rule.same_but(why, |at| at >= first);
                for stored in rule.node.inputs.iter().skip(1).copied().flatten() {
                    rule.freeze_value(stored, why);
                }
            }
            Err(_) => rule.freeze_all(why),
        }
    }

    fn kernel(&self, context: &KernelContext<'_>) -> Result<Option<Box<dyn Kernel>>, Message> {
        let (Some(shape), [_]) = (context.shape(0), context.outputs) else {
            return Ok(None);
        };
        let length: usize = shape[axis(self.axis, shape.len())?..].iter().product();
        let shift = match context.has(2) {
            true => context.floats(2),
            false => Some(vec![0.0; length].into()),
        };
        let (Some(scale), Some(shift), [_]) = (context.floats(1), shift, context.outputs) else {
            return Ok(None);
        };
        if scale.len() != length || shift.len() != length {
            return Ok(None);
        }
        Ok(Some(Box::new(Normalize {
            length,
            epsilon: self.epsilon,
            scale: scale.into_owned(),
            shift: shift.into_owned(),
            weights: Weights::Positions,
        })))
    }

    fn learned(&self) -> &'static [usize] {
        &[1, 2]
    }

    fn differentiable(
        &self,
        context: &LearnContext<'_>,
    ) -> Result<Option<Box<dyn Differentiable>>, Message> {
        let (data, [_]) = (context.needed(0)?, context.outputs) else {
            return Ok(None);
        };
        let length: usize = data[axis(self.axis, data.len())?..].iter().product();
        let count = |i: usize| {
            context
                .shape(i)
                .map_or(length, |shape| shape.iter().product())
        };
        if count(1) != length || count(2) != length {
            return Ok(None);
        }
        let rows = data.iter().product::<usize>() / length.max(1);
        let step = Standardized::new(rows, length, self.epsilon, By::Position);
        Ok(Some(Box::new(step)))
    }
}

/// The mean, and the root of the variance plus `epsilon`.
pub fn moments<'a>(
    numbers: impl ExactSizeIterator<Item = &'a f32> + Clone,
    epsilon: f32,
) -> (f64, f64) {
    let count = numbers.len() as f64;
    let mean = numbers.clone().map(|&x| f64::from(x)).sum::<f64>() / count;
    let squares = numbers.map(|&x| (f64::from(x) - mean).powi(2)).sum::<f64>();
    (mean, (squares / count + f64::from(epsilon)).sqrt())
}
