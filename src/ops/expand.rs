//! Repeating a tensor.

use super::Extent;
use super::backward::{LearnContext, moved};
use super::coupling::Rule;
use super::known;
use super::lowering::KernelContext;
use super::narrow::{Change, Narrowing};
use super::places;
use super::uniform::Slice;
use super::{Known, Operator};
use crate::graph::{Dim, Node, Product, ValueId};
use crate::kernels::Kernel;
use crate::kernels::copy::Gathered;
use crate::kernels::grad::Differentiable;
use crate::kernels::picked::Picked;
use crate::kernels::strided;
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
        let Some(extents): Option<Vec<Extent>> = listed.or_else(|| target.elements()) else {
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
        if rule.is_computed(1) {
            rule.keep_open(out);
        }
        rule.align(data, out);
    }

    fn uniform(&self, slice: &Slice<'_>) -> Option<f32> {
        slice.input(0)
    }

    fn rewrite(&self, narrowing: &Narrowing<'_>) -> Result<Vec<Change>, Message> {
        let (graph, node) = (narrowing.graph, narrowing.node);
        let (Some(data), Some(list), Some(out)) = (node.input(0), node.input(1), node.output(0))
        else {
            return Ok(Vec::new());
        };
        let dims = |value| narrowing.dims_at_any_size(value);
        let target = dims(data)
            .zip(dims(out))
            .and_then(|(data, out)| target(&data, &out));
        if let Some(target) = target {
            let target = Tensor::from_i64(&[target.len()], target);
            return Ok(vec![Change::Input(1, target)]);
        }
        // The other sizes stay what they are at the run. The target may name the last axes only.
        let rank = |value: ValueId| graph.value(value).ty.as_ref().map(|ty| ty.rank());
        let named = graph
            .value(list)
            .ty
            .as_ref()
            .and_then(|ty| ty.known_shape());
        let left_out = named
            .as_deref()
            .and_then(|named| rank(out)?.checked_sub(*named.first()?));
        let left_out = left_out.ok_or(message!("reason-node-target-at-run-time"))?;
        let lengths = narrowing.narrowed(out);
        let lengths =
            lengths.filter_map(|(axis, left)| Some((axis.checked_sub(left_out)?, left as i64)));
        Ok(vec![Change::Elements(1, lengths.collect())])
    }

    fn kernel(&self, context: &KernelContext<'_>) -> Result<Option<Box<dyn Kernel>>, Message> {
        let (Some(shape), out) = (context.shape(0), &context.outputs[0]) else {
            return Ok(None);
        };
        let steps = strided::broadcast_strides(shape, out);
        Ok(Some(Box::new(Gathered::new(out, 0, &steps))))
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
        let listed = repeats.numbers();
        let listed = listed.map(|numbers| numbers.into_iter().map(Extent::Number).collect());
        let Some(repeats): Option<Vec<Extent>> = listed.or_else(|| repeats.elements()) else {
            return Ok(Vec::new());
        };
        if repeats.len() != x.rank() {
            return Err(message!(
                "reason-node-repeats",
                axes = repeats.len(),
                rank = x.rank()
            ));
        }
        let shape = x
            .shape()
            .iter()
            .zip(repeats)
            .map(|(dim, times)| Some(Product::of(&[dim.clone(), times.dim()?])?.dim()));
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
        // An axis that is not longer afterward is there once, whether the model stores that or computes it.
        let (before, after) = (rule.dims(data), rule.dims(out));
        let why = &message!("reason-frozen-repeated");
        for (axis, (before, after)) in before.iter().zip(&after).enumerate() {
            rule.same_if(before == after, data, axis, out, axis, why);
        }
    }

    fn kernel(&self, context: &KernelContext<'_>) -> Result<Option<Box<dyn Kernel>>, Message> {
        let Some(shape) = context.shape(0) else {
            return Ok(None);
        };
        let lengths = shape.iter().zip(&context.outputs[0]);
        let axes = lengths.map(|(&size, &length)| (0..length).map(|i| Some(i % size)).collect());
        let picks: Vec<_> = axes.collect();
        Ok(Some(Box::new(Picked::new(shape, &picks, 0.0))))
    }

    fn differentiable(
        &self,
        context: &LearnContext<'_>,
    ) -> Result<Option<Box<dyn Differentiable>>, Message> {
        moved(self, context, |_| true, 0.0)
    }
}
