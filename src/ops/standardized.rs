//! Normalizations by what a tensor itself holds.

use super::attributes::Attributes;
use super::coupling::Rule;
use super::{Known, Operator, axes, doubles, known, per_channel, places};
use crate::graph::Node;
use crate::message::Message;
use crate::tensor::Tensor;

/// `LpNormalization`: divided by the norm along an axis.
#[derive(Debug, Clone, PartialEq)]
pub struct LpNormalization {
    /// May be negative: counted from the end.
    pub axis: i64,
    pub power: i64,
}

/// `MeanVarianceNormalization`: mean 0 and variance 1 over some axes.
#[derive(Debug, Clone, PartialEq)]
pub struct MeanVarianceNormalization {
    pub axes: Vec<i64>,
}

/// `GroupNormalization`: mean 0 and variance 1 over each group of channels (axis 1) of a sample, then a scale and a bias.
#[derive(Debug, Clone, PartialEq)]
pub struct GroupNormalization {
    pub groups: usize,
    pub epsilon: f32,
}

/// `BatchNormalization` that trains: by the statistics of the batch at hand, and what becomes of the stored ones.
#[derive(Debug, Clone, PartialEq)]
pub struct TrainingBatchNormalization {
    pub epsilon: f32,
    pub momentum: f32,
}

/// Numbers whose members are told by a key get mean 0 and variance 1, each for itself. Gives mean and variance by key.
fn standardize(numbers: &mut [f64], keys: &[usize], groups: usize, epsilon: f64) -> Vec<[f64; 2]> {
    let mut moments = vec![[0.0; 2]; groups];
    let mut counts = vec![0.0; groups];
    for (&x, &key) in numbers.iter().zip(keys) {
        moments[key][0] += x;
        counts[key] += 1.0;
    }
    for (moments, count) in moments.iter_mut().zip(&counts) {
        moments[0] /= count;
    }
    for (&x, &key) in numbers.iter().zip(keys) {
        moments[key][1] += (x - moments[key][0]).powi(2) / counts[key];
    }
    for (x, &key) in numbers.iter_mut().zip(keys) {
        let [mean, variance] = moments[key];
        *x = (*x - mean) / (variance + epsilon).sqrt();
    }
    moments
}

/// For each element the row-major number of its place along some axes, and how many there are.
fn keys(shape: &[usize], kept: &[bool]) -> (Vec<usize>, usize) {
    let sizes = shape.iter().zip(kept);
    let own: Vec<usize> = sizes
        .map(|(&size, &kept)| if kept { size } else { 1 })
        .collect();
    let mut steps = places::strides(&own);
    for (step, &kept) in steps.iter_mut().zip(kept) {
        *step *= usize::from(kept);
    }
    (places::walk(shape, &steps), own.iter().product())
}

impl LpNormalization {
    pub fn parse(node: &Node, _opset: i64) -> Result<Self, Message> {
        let attributes = Attributes(node);
        Ok(LpNormalization {
            axis: attributes.int("axis", -1)?,
            power: attributes.int("p", 2)?,
        })
    }
}

impl Operator for LpNormalization {
    fn infer(&self, inputs: &[Option<Known>]) -> Result<Vec<Known>, Message> {
        axes::axis(self.axis, known::needed(inputs, 0)?.rank())?;
        doubles::like_first(inputs)
    }

    fn evaluate(&self, inputs: &[Option<&Tensor>]) -> Result<Vec<Tensor>, Message> {
        let x = known::tensor(inputs, 0)?;
        let mut numbers = doubles::numbers(x)?;
        let along = axes::axis(self.axis, x.shape().len())?;
        let kept: Vec<bool> = (0..x.shape().len()).map(|axis| axis != along).collect();
        let (keys, count) = keys(x.shape(), &kept);
        let mut norms = vec![0.0; count];
        for (&x, &key) in numbers.iter().zip(&keys) {
            norms[key] += if self.power == 1 { x.abs() } else { x * x };
        }
        for (x, &key) in numbers.iter_mut().zip(&keys) {
            let norm = if self.power == 1 {
                norms[key]
            } else {
                norms[key].sqrt()
            };
            *x /= if norm == 0.0 { 1.0 } else { norm };
        }
        Ok(vec![doubles::tensor(x.dtype(), x.shape(), numbers)?])
    }

    fn couple(&self, rule: &mut Rule<'_>) {
        let why = rule.across();
        rule.same_but_along(self.axis, &why);
    }
}

impl MeanVarianceNormalization {
    pub fn parse(node: &Node, _opset: i64) -> Result<Self, Message> {
        Ok(MeanVarianceNormalization {
            axes: Attributes(node).ints("axes")?.unwrap_or(vec![0, 2, 3]),
        })
    }

    fn kept(&self, rank: usize) -> Result<Vec<bool>, Message> {
        let mut kept = vec![true; rank];
        for &at in &self.axes {
            kept[axes::axis(at, rank)?] = false;
        }
        Ok(kept)
    }
}

impl Operator for MeanVarianceNormalization {
    fn infer(&self, inputs: &[Option<Known>]) -> Result<Vec<Known>, Message> {
        self.kept(known::needed(inputs, 0)?.rank())?;
        doubles::like_first(inputs)
    }

    fn evaluate(&self, inputs: &[Option<&Tensor>]) -> Result<Vec<Tensor>, Message> {
        let x = known::tensor(inputs, 0)?;
        let mut numbers = doubles::numbers(x)?;
        let (keys, count) = keys(x.shape(), &self.kept(x.shape().len())?);
        // The specification adds 1e-9 to the deviation, which is next to nothing beside it.
        standardize(&mut numbers, &keys, count, 1e-18);
        Ok(vec![doubles::tensor(x.dtype(), x.shape(), numbers)?])
    }

    fn couple(&self, rule: &mut Rule<'_>) {
        let why = rule.across();
        let rank = rule.node.input(0).map_or(0, |data| rule.rank(data));
        match self.kept(rank) {
            Ok(kept) => rule.same_but(&why, |axis| !kept[axis]),
            Err(_) => rule.freeze_all(&why),
        }
    }
}

impl GroupNormalization {
    pub fn parse(node: &Node, _opset: i64) -> Result<Self, Message> {
        let attributes = Attributes(node);
        attributes.required_int("num_groups")?;
        Ok(GroupNormalization {
            groups: attributes.positive("num_groups", 1)?,
            epsilon: attributes.float("epsilon", 1e-5)?,
        })
    }
}

impl Operator for GroupNormalization {
    fn infer(&self, inputs: &[Option<Known>]) -> Result<Vec<Known>, Message> {
        let channels = known::needed(inputs, 0)?.shape().get(1).cloned();
        let channels = channels.ok_or(message!("reason-node-needs-channels"))?;
        // Up to opset 20 a number a group, from then on a number a channel.
        for i in 1..3 {
            let fits = match known::needed(inputs, i)?.shape() {
                [length] => length.known() == Some(self.groups) || *length == channels,
                _ => false,
            };
            if !fits
                || channels
                    .known()
                    .is_some_and(|n| !n.is_multiple_of(self.groups))
            {
                return Err(doubles::inconsistent());
            }
        }
        doubles::like_first(inputs)
    }

    fn evaluate(&self, inputs: &[Option<&Tensor>]) -> Result<Vec<Tensor>, Message> {
        known::output_shapes(self, inputs)?;
        let x = known::tensor(inputs, 0)?;
        let mut numbers = doubles::numbers(x)?;
        let (batch, channels) = (x.shape()[0], x.shape()[1]);
        let plane: usize = x.shape()[2..].iter().product();
        let group = (channels / self.groups * plane).max(1);
        let keys: Vec<usize> = (0..numbers.len()).map(|at| at / group).collect();
        standardize(
            &mut numbers,
            &keys,
            batch * self.groups,
            self.epsilon.into(),
        );
        let (scale, bias) = (doubles::needed(inputs, 1)?, doubles::needed(inputs, 2)?);
        for (at, x) in numbers.iter_mut().enumerate() {
            let channel = at / plane.max(1) % channels;
            let of = |numbers: &[f64]| numbers[channel * numbers.len() / channels];
            *x = *x * of(&scale) + of(&bias);
        }
        Ok(vec![doubles::tensor(x.dtype(), x.shape(), numbers)?])
    }

    fn couple(&self, rule: &mut Rule<'_>) {
        let why = rule.across();
        rule.same_but(&why, |axis| axis > 0);
        for stored in rule.node.inputs.iter().skip(1).copied().flatten() {
            rule.freeze_value(stored, &why);
        }
    }
}

impl TrainingBatchNormalization {
    pub fn parse(node: &Node, _opset: i64) -> Result<Self, Message> {
        let attributes = Attributes(node);
        Ok(TrainingBatchNormalization {
            epsilon: attributes.float("epsilon", 1e-5)?,
            momentum: attributes.float("momentum", 0.9)?,
        })
    }
}

/// The statistics by position of opset 7, and the five outputs of opsets up to 13.
pub fn is_beyond(node: &Node) -> bool {
    node.op_type == "BatchNormalization"
        && (node.int("spatial") == Some(0) || node.int("training_mode") != Some(1))
}

impl Operator for TrainingBatchNormalization {
    fn infer(&self, inputs: &[Option<Known>]) -> Result<Vec<Known>, Message> {
        let mut outputs = vec![per_channel::infer(inputs, 1..5)?];
        for i in 3..5 {
            let stored = known::needed(inputs, i)?;
            outputs.push(Known::new(stored.dtype(), stored.shape().to_vec()));
        }
        Ok(outputs)
    }

    fn evaluate(&self, inputs: &[Option<&Tensor>]) -> Result<Vec<Tensor>, Message> {
        known::output_shapes(self, inputs)?;
        let x = known::tensor(inputs, 0)?;
        let mut numbers = doubles::numbers(x)?;
        let kept: Vec<bool> = (0..x.shape().len()).map(|axis| axis == 1).collect();
        let (keys, count) = keys(x.shape(), &kept);
        let moments = standardize(&mut numbers, &keys, count, self.epsilon.into());
        let (scale, bias) = (doubles::needed(inputs, 1)?, doubles::needed(inputs, 2)?);
        for (x, &channel) in numbers.iter_mut().zip(&keys) {
            *x = *x * scale[channel] + bias[channel];
        }
        let mut outputs = vec![doubles::tensor(x.dtype(), x.shape(), numbers)?];
        let momentum = f64::from(self.momentum);
        for at in 0..2 {
            let stored = known::tensor(inputs, 3 + at)?;
            let pairs = doubles::numbers(stored)?.into_iter().zip(&moments);
            let moved = pairs.map(|(old, new)| old * momentum + new[at] * (1.0 - momentum));
            outputs.push(doubles::tensor(
                stored.dtype(),
                stored.shape(),
                moved.collect(),
            )?);
        }
        Ok(outputs)
    }

    fn couple(&self, rule: &mut Rule<'_>) {
        rule.freeze_across();
    }
}
