//! Picking slices by index.

use super::attributes::Attributes;
use super::axes;
use super::axes::axis;
use super::backward::{LearnContext, moved};
use super::coupling::{Axis, IndexMap, Rule};
use super::known;
use super::lowering::KernelContext;
use super::narrow::{Change, Narrowing};
use super::uniform::Slice;
use super::{Known, Operator};
use crate::graph::{Graph, Node};
use crate::kernels::Kernel;
use crate::kernels::grad::Differentiable;
use crate::kernels::picked::Picked;
use crate::message::Message;
use crate::tensor::Tensor;

/// `Gather`: the slices of the first input along `axis` that the second input names.
#[derive(Debug, Clone, PartialEq)]
pub struct Gather {
    /// May be negative: counted from the end.
    pub axis: i64,
}

impl Gather {
    pub fn parse(node: &Node, _opset: i64) -> Result<Self, Message> {
        Ok(Gather {
            axis: Attributes(node).int("axis", 0)?,
        })
    }

    /// The stored indices, negative ones counted from the end.
    fn table(&self, graph: &Graph, node: &Node, along: usize) -> Option<Vec<usize>> {
        let size = graph.value(node.input(0)?).ty.as_ref()?.shape.get(along)?;
        let size = i64::try_from(size.known()?).ok()?;
        let indices = graph.constant(node.input(1)?)?.integers()?;
        let indices = indices.into_iter().map(|i| {
            let at = if i < 0 { i + size } else { i };
            (0..size).contains(&at).then_some(at as usize)
        });
        indices.collect()
    }
}

impl Operator for Gather {
    fn infer(&self, inputs: &[Option<Known>]) -> Result<Vec<Known>, Message> {
        let (x, indices) = (known::needed(inputs, 0)?, known::needed(inputs, 1)?);
        let along = axes::axis(self.axis, x.rank())?;
        let (before, after) = (&x.shape()[..along], &x.shape()[along + 1..]);
        let shape = [before, indices.shape(), after].concat();
        let picked = x
            .sizes
            .as_ref()
            .zip(indices.numbers())
            .and_then(|(sizes, indices)| {
                let picked = indices
                    .into_iter()
                    .map(|i| Some(sizes[axes::axis(i, sizes.len()).ok()?].clone()));
                picked.collect()
            });
        Ok(vec![Known::new(x.dtype(), shape).with_sizes(picked)])
    }

    fn evaluate(&self, inputs: &[Option<&Tensor>]) -> Result<Vec<Tensor>, Message> {
        let shape = known::output_shapes(self, inputs)?.swap_remove(0);
        let (x, indices) = (known::tensor(inputs, 0)?, known::tensor(inputs, 1)?);
        let along = axes::axis(self.axis, x.shape().len())?;
        let size = x.shape()[along];
        let indices = indices
            .integers()
            .ok_or(message!("reason-node-needs-indices"))?;
        let places = indices.into_iter().map(|i| {
            axes::axis(i, size)
                .map_err(|_| message!("reason-node-index-outside", index = i, size = size))
        });
        let picked = x.select(along, &places.collect::<Result<Vec<_>, _>>()?);
        let picked = picked.and_then(|picked| picked.reshaped(&shape));
        Ok(vec![
            picked.ok_or(message!("reason-node-this-element-type"))?,
        ])
    }

    fn couple(&self, rule: &mut Rule<'_>) {
        let node = rule.node;
        let (Some(data), Some(indices), Some(out)) = (node.input(0), node.input(1), node.output(0))
        else {
            return;
        };
        let (rank, picked) = (rule.rank(data), rule.rank(indices));
        let Ok(along) = axis(self.axis, rank) else {
            return rule.freeze_all(&message!("reason-frozen-gather-axis"));
        };
        for axis in (0..rank).filter(|&axis| axis != along) {
            let moved = if axis < along {
                axis
            } else {
                axis + picked - 1
            };
            rule.same(Axis::of(data, axis), Axis::of(out, moved));
        }
        for axis in 0..picked {
            rule.same(Axis::of(indices, axis), Axis::of(out, along + axis));
        }
        match self.table(rule.graph, node, along) {
            Some(table) if picked == 1 => {
                let map = IndexMap::identity().table(table);
                rule.link(Axis::of(out, along), Axis::of(data, along), map);
            }
            _ => rule.freeze(Axis::of(data, along), &message!("reason-frozen-gathered")),
        }
    }

    fn uniform(&self, slice: &Slice<'_>) -> Option<f32> {
        slice.carried()
    }

    fn rewrite(&self, narrowing: &Narrowing<'_>) -> Result<Vec<Change>, Message> {
        let node = narrowing.node;
        let (Some(data), Some(out)) = (node.input(0), node.output(0)) else {
            return Ok(Vec::new());
        };
        let rank = narrowing.dims(data).map_or(0, |dims| dims.len());
        let along = axis(self.axis, rank)?;
        // Only a vector of indices leaves an axis of its own where the one that is gathered from was. A single index leaves
        // none, so that what stands in that place is another axis.
        let is_vector = narrowing.graph.constant(node.input(1).unwrap_or(data));
        let is_vector = is_vector.is_some_and(|indices| indices.shape().len() == 1);
        let picked = narrowing.kept(out, along).filter(|_| is_vector);
        if narrowing.kept(data, along).is_none() && picked.is_none() {
            return Ok(Vec::new());
        }
        let Some(table) = self.table(narrowing.graph, node, along) else {
            return Ok(Vec::new());
        };
        let stays = |at: &usize| picked.is_none_or(|kept| kept.binary_search(at).is_ok());
        let places = (0..table.len()).filter(stays);
        let indices = places.map(|at| narrowing.count(data, along, 0, table[at]) as i64);
        Ok(vec![Change::Input(
            1,
            narrowing.integers_like(1, indices.collect()),
        )])
    }

    fn kernel(&self, context: &KernelContext<'_>) -> Result<Option<Box<dyn Kernel>>, Message> {
        let indices = context.constant(1).and_then(Tensor::integers);
        let (Some(shape), Some(indices)) = (context.shape(0), indices) else {
            return Ok(None);
        };
        let along = axis(self.axis, shape.len())?;
        let mut picks: Vec<Vec<Option<usize>>> = shape
            .iter()
            .map(|&size| (0..size).map(Some).collect())
            .collect();
        let places = indices.into_iter().map(|i| axis(i, shape[along]).ok());
        match places.map(|place| place.map(Some)).collect() {
            Some(places) => picks[along] = places,
            // The evaluation says what is wrong.
            None => return Ok(None),
        }
        Ok(Some(Box::new(Picked::new(shape, &picks, 0.0))))
    }

    fn differentiable(
        &self,
        context: &LearnContext<'_>,
    ) -> Result<Option<Box<dyn Differentiable>>, Message> {
        moved(self, context, |_| true, 0.0)
    }
}
