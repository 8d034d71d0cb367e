//! Batch normalization with stored statistics.

use super::attributes::Attributes;
use super::backward::LearnContext;
use super::coupling::{Axis, Rule};
use super::floats;
use super::known;
use super::per_channel;
use super::uniform::Slice;
use super::{Known, Operator, StoredStatistics};
use crate::graph::Node;
use crate::kernels::grad::Differentiable;
use crate::kernels::grad::norm::BatchNorm;
use crate::message::Message;
use crate::tensor::Tensor;

/// `BatchNormalization` at inference: `scale · (x − mean) / √(variance + epsilon) + bias` per channel (axis 1).
#[derive(Debug, Clone, PartialEq)]
pub struct BatchNormalization {
    pub epsilon: f32,
    /// Says how training moves the statistics; inference does not need it, so whatever stands there is let be.
    pub momentum: f32,
}

impl BatchNormalization {
    pub fn parse(node: &Node, _opset: i64) -> Result<Self, Message> {
        Ok(BatchNormalization {
            epsilon: Attributes(node).float("epsilon", 1e-5)?,
            momentum: node.float("momentum").unwrap_or(0.9),
        })
    }
}

/// Training, and the statistics by position of opset 7.
pub fn is_beyond(node: &Node) -> bool {
    let trains = node.int("training_mode").is_some_and(|flag| flag != 0);
    let more_outputs = node.outputs.iter().skip(1).any(Option::is_some);
    more_outputs || trains || node.int("spatial") == Some(0)
}

impl Operator for BatchNormalization {
    fn infer(&self, inputs: &[Option<Known>]) -> Result<Vec<Known>, Message> {
        Ok(vec![per_channel::infer(inputs, 1..5)?])
    }

    fn evaluate(&self, inputs: &[Option<&Tensor>]) -> Result<Vec<Tensor>, Message> {
        known::output_shapes(self, inputs)?;
        let x = floats::needed(inputs, 0)?;
        let parameter = |i| floats::needed(inputs, i);
        let (scale, bias, mean, variance) =
            (parameter(1)?, parameter(2)?, parameter(3)?, parameter(4)?);
        let mut output = x.into_owned();
        for (c, mut channel) in output.axis_iter_mut(ndarray::Axis(1)).enumerate() {
            let factor = scale[[c]] / (variance[[c]] + self.epsilon).sqrt();
            let shift = bias[[c]] - mean[[c]] * factor;
            channel.mapv_inplace(|x| x * factor + shift);
        }
        floats::output(output, known::tensor(inputs, 0)?)
    }

    fn stored_statistics(&self) -> Option<StoredStatistics> {
        Some(StoredStatistics {
            scale: 1,
            shift: 2,
            mean: 3,
            variance: 4,
            momentum: self.momentum,
        })
    }

    fn couple(&self, rule: &mut Rule<'_>) {
        let (Some(data), Some(out)) = (rule.node.input(0), rule.node.output(0)) else {
            return;
        };
        rule.align(data, out);
        for stored in rule.node.inputs.iter().skip(1).copied().flatten() {
            rule.same(Axis::of(out, 1), Axis::of(stored, 0));
        }
        if let Some(scale) = rule.node.input(1) {
            rule.scale(Axis::of(scale, 0));
        }
    }

    fn uniform(&self, slice: &Slice<'_>) -> Option<f32> {
        if slice.axis != 1 {
            return None;
        }
        let stored = |i| slice.input_at(i, 0, slice.index);
        let x = slice.input_at(0, 1, slice.index)?;
        let (scale, bias, mean, variance) = (stored(1)?, stored(2)?, stored(3)?, stored(4)?);
        let deviation = (f64::from(variance) + f64::from(self.epsilon)).sqrt();
        let normal = (f64::from(x) - f64::from(mean)) / deviation;
        Some((f64::from(scale) * normal + f64::from(bias)) as f32)
    }

    fn learned(&self) -> &'static [usize] {
        &[1, 2]
    }

    fn differentiable(
        &self,
        context: &LearnContext<'_>,
    ) -> Result<Option<Box<dyn Differentiable>>, Message> {
        let data = context.needed(0)?;
        let plane = data[2..].iter().product();
        let sizes = (data[0], data[1], plane);
        let norm = BatchNorm::new(sizes, self.epsilon, context.of_batch);
        Ok(Some(Box::new(norm)))
    }

    fn affine(&self, constants: &[Option<&Tensor>]) -> Option<(Vec<f32>, Vec<f32>)> {
        let stored = |i: usize| constants.get(i).copied().flatten()?.floats();
        let (scale, bias, mean, variance) = (stored(1)?, stored(2)?, stored(3)?, stored(4)?);
        let numbers = scale.iter().zip(&*bias).zip(mean.iter().zip(&*variance));
        let pairs = numbers.map(|((&scale, &bias), (&mean, &variance))| {
            let deviation = (f64::from(variance) + f64::from(self.epsilon)).sqrt();
            let factor = f64::from(scale) / deviation;
            (
                factor as f32,
                (f64::from(bias) - f64::from(mean) * factor) as f32,
            )
        });
        Some(pairs.unzip())
    }
}
