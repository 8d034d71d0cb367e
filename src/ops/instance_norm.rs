//! Instance normalization.

use super::attributes::Attributes;
use super::backward::LearnContext;
use super::coupling::{Axis, Rule};
use super::floats;
use super::known;
use super::layer_norm::moments;
use super::lowering::KernelContext;
use super::per_channel;
use super::uniform::Slice;
use super::{Known, Operator};
use crate::graph::Node;
use crate::kernels::Kernel;
use crate::kernels::grad::Differentiable;
use crate::kernels::grad::standardize::{By, Standardized};
use crate::kernels::rows::{Normalize, Weights};
use crate::message::Message;
use crate::tensor::Tensor;

/// `InstanceNormalization`: each channel of each sample to mean 0 and variance 1, then `scale` and `bias`.
#[derive(Debug, Clone, PartialEq)]
pub struct InstanceNormalization {
    pub epsilon: f32,
}

impl InstanceNormalization {
    pub fn parse(node: &Node, _opset: i64) -> Result<Self, Message> {
        Ok(InstanceNormalization {
            epsilon: Attributes(node).float("epsilon", 1e-5)?,
        })
    }
}

impl Operator for InstanceNormalization {
    fn infer(&self, inputs: &[Option<Known>]) -> Result<Vec<Known>, Message> {
        Ok(vec![per_channel::infer(inputs, 1..3)?])
    }

    fn evaluate(&self, inputs: &[Option<&Tensor>]) -> Result<Vec<Tensor>, Message> {
        known::output_shapes(self, inputs)?;
        let (scale, bias) = (floats::needed(inputs, 1)?, floats::needed(inputs, 2)?);
        let mut output = floats::needed(inputs, 0)?.into_owned();
        for mut sample in output.outer_iter_mut() {
            for (c, mut channel) in sample.outer_iter_mut().enumerate() {
                let (mean, spread) = moments(channel.iter(), self.epsilon);
                let factor = f64::from(scale[[c]]) / spread;
                let shift = f64::from(bias[[c]]);
                channel.mapv_inplace(|x| ((f64::from(x) - mean) * factor + shift) as f32);
            }
        }
        floats::output(output, known::tensor(inputs, 0)?)
    }

    fn couple(&self, rule: &mut Rule<'_>) {
        let Some(out) = rule.node.output(0) else {
            return;
        };
        rule.per_channel(&message!("reason-frozen-instance-norm"));
        for stored in rule.node.inputs.iter().skip(1).copied().flatten() {
            rule.same(Axis::of(out, 1), Axis::of(stored, 0));
        }
    }

    /// A constant channel has its own mean: nothing but the bias is left.
    fn uniform(&self, slice: &Slice<'_>) -> Option<f32> {
        if slice.axis != 1 {
            return None;
        }
        slice.input_at(0, 1, slice.index)?;
        slice.input_at(2, 0, slice.index)
    }

    fn kernel(&self, context: &KernelContext<'_>) -> Result<Option<Box<dyn Kernel>>, Message> {
        let (Some(shape), Some(scale), Some(shift)) =
            (context.shape(0), context.floats(1), context.floats(2))
        else {
            return Ok(None);
        };
        Ok(Some(Box::new(Normalize {
            length: shape[2..].iter().product(),
            epsilon: self.epsilon,
            scale: scale.into_owned(),
            shift: shift.into_owned(),
            weights: Weights::Rows,
        })))
    }

    fn learned(&self) -> &'static [usize] {
        &[1, 2]
    }

    fn differentiable(
        &self,
        context: &LearnContext<'_>,
    ) -> Result<Option<Box<dyn Differentiable>>, Message> {
        let data = context.needed(0)?;
        let length = data[2..].iter().product();
        let by = By::Row { channels: data[1] };
        let step = Standardized::new(data[0] * data[1], length, self.epsilon, by);
        Ok(Some(Box::new(step)))
    }
}
