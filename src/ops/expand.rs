//! Repeating a tensor.

use super::Extent;
use super::backward::{LearnContext, moved};
use super::coupling::Rule;
use super::known;
use super::narrow::{Change, Narrowing};
use super::places;
use super::uniform::Slice;
use super::{Known, Operator};
use crate::graph::{Dim, Node, Product, ValueId};
use crate::kernels::grad::Differentiable;
use crate::message::Message;
use crate::tensor::Tensor;

/// `Expand`: broadcast to the shape that the second input names.
#[derive(Debug, Clone, PartialEq)]
pub struct Expand;

/// `Tile`: repeated along each axis as often as the second input says.
#[derive(Debug, Clone, PartialEq)]
pub struct Tile;

/// The target shape that makes `data` into `out`. `None` where a size of its own is only known at run time.
fn target(data: &[Dim], out: &[Dim]) -> Option<Vec<i64>> {
    let added = out.len().checked_sub(data.len())?;
    let target = out.iter().enumerate().map(|(axis, dim)| match dim.known() {
        Some(size) => i64::try_from(size).ok(),
        // A 1 leaves the data's own size as it is.
        None => (data.get(axis.checked_sub(added)?) == Some(dim)).then_some(1),
    });
    target.collect()
}

impl Expand {
    pub fn parse(_node: &Node, _opset: i64) -> Result<Self, Message> {
        Ok(Expand)
    }
}

impl Tile {
    pub fn parse(_node: &Node, _opset: i64) -> Result<Self, Message> {
        Ok(Tile)
    }
}

impl Operator for Expand {
    fn infer(&self, inputs: &[Option<Known>]) -> Result<Vec<Known>, Message> {
        let (x, target) = (known::needed(inputs, 0)?, known::needed(inputs, 1)?);
        let listed = target.constant.as_ref().and_then(|t| t.integers());
        let listed = listed.map(|numbers| numbers.into_iter().map(Extent::Number).collect());
        let Some(extents): Option<Vec<Extent>> = listed.or_else(|| target.sizes.clone()) else {
            return Ok(Vec::new());
        };
        if extents.len() > known::MAX_RANK {
            return Err(message!("reason-node-too-many-axes", axes = extents.len()));
        }
        let shape: Option<Vec<_>> = extents.iter().map(Extent::dim).collect();
        let shape = known::broadcast(
            x.shape(),
            &shape.ok_or(message!("reason-node-negative-size"))?,
        )?;
        Ok(vec![Known::new(x.dtype(), shape)])
    }

    fn evaluate(&self, inputs: &[Option<&Tensor>]) -> Result<Vec<Tensor>, Message> {
        let shape = known::output_shapes(self, inputs)?.swap_remove(0);
        let x = known::tensor(inputs, 0)?;
        let places = places::stretched(x.shape(), &shape);
        let places = places.ok_or(message!("reason-node-target-unfit"))?;
        let stretched = x.gathered(&shape, &places);
        Ok(vec![
            stretched.ok_or(message!("reason-node-this-element-type"))?,
        ])
    }

    fn target(&self, before: &[Dim], after: &[Dim]) -> Option<Vec<i64>> {
        target(before, after)
    }

    fn couple(&self, rule: &mut Rule<'_>) {
        let (Some(data), Some(out)) = (rule.node.input(0), rule.node.output(0)) else {
            return;
        };
        match target(&rule.dims(data), &rule.dims(out)) {
            Some(_) => rule.align(data, out),
            None => rule.freeze_all(&message!("reason-frozen-expanded")),
        }
    }

    fn uniform(&self, slice: &Slice<'_>) -> Option<f32> {
        slice.input(0)
    }

    fn rewrite(&self, narrowing: &Narrowing<'_>) -> Result<Vec<Change>, Message> {
        let dims = |value: Option<ValueId>| value.and_then(|v| narrowing.dims(v));
        let node = narrowing.node;
        let target = match (dims(node.input(0)), dims(node.output(0))) {
            (Some(data), Some(out)) => target(&data, &out),
            _ => None,
        };
        let target = target.ok_or(message!("reason-node-target-at-run-time"))?;
        Ok(vec![Change::Input(
            1,
            Tensor::from_i64(&[target.len()], target),
        )])
    }

    fn differentiable(
        &self,
        context: &LearnContext<'_>,
    ) -> Result<Option<Box<dyn Differentiable>>, Message> {
        moved(self, context, |_| true, 0.0)
    }
}

impl Operator for Tile {
    fn infer(&self, inputs: &[Option<Known>]) -> Result<Vec<Known>, Message> {
        let (x, repeats) = (known::needed(inputs, 0)?, known::needed(inputs, 1)?);
        let Some(repeats) = repeats.numbers() else {
            return Ok(Vec::new());
        };
        if repeats.len() != x.rank() {
            return Err(message!(
                "reason-node-repeats",
                axes = repeats.len(),
                rank = x.rank()
            ));
        }
        let shape = x.shape().iter().zip(repeats).map(|(dim, times)| {
            let times = usize::try_from(times).ok()?;
            Some(Product::of(&[dim.clone(), times.into()])?.dim())
        });
        let shape: Option<Vec<_>> = shape.collect();
        Ok(vec![Known::new(
            x.dtype(),
            shape.ok_or(message!("reason-node-repeats-impossible"))?,
        )])
    }

    fn evaluate(&self, inputs: &[Option<&Tensor>]) -> Result<Vec<Tensor>, Message> {
        let shape = known::output_shapes(self, inputs)?.swap_remove(0);
        let mut tiled = known::tensor(inputs, 0)?.clone();
        for (axis, &length) in shape.iter().enumerate() {
            let size = tiled.shape()[axis];
            if size != length {
                let indices: Vec<usize> = (0..length).map(|i| i % size).collect();
                tiled = tiled
                    .select(axis, &indices)
                    .ok_or(message!("reason-node-this-element-type"))?;
            }
        }
        Ok(vec![tiled])
    }

    fn couple(&self, rule: &mut Rule<'_>) {
        let (Some(data), Some(out)) = (rule.node.input(0), rule.node.output(0)) else {
            return;
        };
        let repeats = rule.integers(1);
        let why = &message!("reason-frozen-repeated");
        match repeats {
            Some(repeats) if repeats.len() == rule.rank(data) => {
                for (axis, repeats) in repeats.into_iter().enumerate() {
                    rule.same_if(repeats == 1, data, axis, out, axis, why);
                }
            }
            _ => rule.freeze_all(why),
        }
    }

    fn differentiable(
        &self,
        context: &LearnContext<'_>,
    ) -> Result<Option<Box<dyn Differentiable>>, Message> {
        moved(self, context, |_| true, 0.0)
    }
}
