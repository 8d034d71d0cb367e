//! Elements in another order or frame: sequences turned round, images cropped or padded around their middle.

use super::attributes::Attributes;
use super::coupling::Rule;
use super::{Known, Operator, axes, doubles, known, places};
use crate::graph::{Dim, Node};
use crate::message::Message;
use crate::tensor::Tensor;

/// `ReverseSequence`: the first elements along the time axis in reverse, as many as the second input says of each sample.
#[derive(Debug, Clone, PartialEq)]
pub struct ReverseSequence {
    pub batch_axis: i64,
    pub time_axis: i64,
}

/// `CenterCropPad`: to the lengths that the second input names, the middle kept, with zeros around.
#[derive(Debug, Clone, PartialEq)]
pub struct CenterCropPad {
    pub axes: Option<Vec<i64>>,
}

impl ReverseSequence {
    pub fn parse(node: &Node, _opset: i64) -> Result<Self, Message> {
        let attributes = Attributes(node);
        Ok(ReverseSequence {
            batch_axis: attributes.int("batch_axis", 1)?,
            time_axis: attributes.int("time_axis", 0)?,
        })
    }
}

impl Operator for ReverseSequence {
    fn infer(&self, inputs: &[Option<Known>]) -> Result<Vec<Known>, Message> {
        known::needed(inputs, 1)?;
        doubles::like_first(inputs)
    }

    fn evaluate(&self, inputs: &[Option<&Tensor>]) -> Result<Vec<Tensor>, Message> {
        let x = known::tensor(inputs, 0)?;
        let lengths = doubles::whole(inputs, 1)?;
        let rank = x.shape().len();
        let (batch, time) = (
            axes::axis(self.batch_axis, rank)?,
            axes::axis(self.time_axis, rank)?,
        );
        if lengths.len() != x.shape()[batch] || batch == time {
            return Err(doubles::inconsistent());
        }
        let steps = places::strides(x.shape());
        let mut sources = Vec::with_capacity(x.len());
        places::each(x.shape(), |at| {
            let length = usize::try_from(lengths[at[batch]]).unwrap_or(0);
            let length = length.min(x.shape()[time]);
            let from = match at[time] < length {
                true => length - 1 - at[time],
                false => at[time],
            };
            let own: usize = at.iter().zip(&steps).map(|(i, step)| i * step).sum();
            sources.push(own + from * steps[time] - at[time] * steps[time]);
        });
        Ok(vec![doubles::moved(x, x.shape(), &sources)?])
    }

    fn couple(&self, rule: &mut Rule<'_>) {
        let why = rule.across();
        let rank = rule.node.input(0).map_or(0, |data| rule.rank(data));
        let at = [self.batch_axis, self.time_axis].map(|axis| axes::axis(axis, rank).ok());
        rule.same_but(&why, |axis| at.contains(&Some(axis)));
    }
}

impl CenterCropPad {
    pub fn parse(node: &Node, _opset: i64) -> Result<Self, Message> {
        Ok(CenterCropPad {
            axes: Attributes(node).ints("axes")?,
        })
    }

    fn shape(&self, dims: &[Dim], lengths: &[i64]) -> Result<Vec<Dim>, Message> {
        let all: Vec<i64> = (0..dims.len() as i64).collect();
        let along = self.axes.as_ref().unwrap_or(&all);
        if along.len() != lengths.len() {
            return Err(doubles::inconsistent());
        }
        let mut shape = dims.to_vec();
        for (&at, &length) in along.iter().zip(lengths) {
            let length = usize::try_from(length).map_err(|_| doubles::inconsistent())?;
            shape[axes::axis(at, dims.len())?] = length.into();
        }
        Ok(shape)
    }
}

impl Operator for CenterCropPad {
    fn infer(&self, inputs: &[Option<Known>]) -> Result<Vec<Known>, Message> {
        let x = known::needed(inputs, 0)?;
        match known::needed(inputs, 1)?.numbers() {
            Some(lengths) => Ok(vec![Known::new(
                x.dtype(),
                self.shape(x.shape(), &lengths)?,
            )]),
            None => Ok(Vec::new()),
        }
    }

    fn evaluate(&self, inputs: &[Option<&Tensor>]) -> Result<Vec<Tensor>, Message> {
        let shape = known::output_shapes(self, inputs)?.swap_remove(0);
        let x = known::tensor(inputs, 0)?;
        let steps = places::strides(x.shape());
        let mut sources = Vec::with_capacity(shape.iter().product());
        places::each(&shape, |at| {
            let place = (0..shape.len()).map(|axis| {
                let (before, after) = (x.shape()[axis], shape[axis]);
                let from = match after <= before {
                    true => Some(at[axis] + (before - after) / 2),
                    false => at[axis].checked_sub((after - before) / 2),
                };
                Some(from.filter(|&from| from < before)? * steps[axis])
            });
            // What is filled in stands behind the data.
            sources.push(place.sum::<Option<usize>>().unwrap_or(x.len()));
        });
        let zero = doubles::tensor(x.dtype(), &[1], vec![0.0])?;
        let both = Tensor::joined(&[x, &zero]).ok_or_else(|| doubles::unfit(x.dtype()))?;
        Ok(vec![doubles::moved(&both, &shape, &sources)?])
    }

    fn couple(&self, rule: &mut Rule<'_>) {
        let why = rule.across();
        let (Some(data), Some(out)) = (rule.node.input(0), rule.node.output(0)) else {
            return;
        };
        let rank = rule.rank(data);
        let named = |axis: usize| {
            let mut named = self.axes.iter().flatten();
            self.axes.is_none() || named.any(|&at| axes::axis(at, rank).ok() == Some(axis))
        };
        for axis in 0..rank {
            rule.same_if(!named(axis), data, axis, out, axis, &why);
        }
    }
}
