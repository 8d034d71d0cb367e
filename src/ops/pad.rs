//! Padding.

use super::attributes::Attributes;
use super::axes::axis;
use super::backward::{LearnContext, moved};
use super::coupling::{Axis, IndexMap, Rule};
use super::known;
use super::lowering::KernelContext;
use super::narrow::{Change, Narrowing};
use super::places;
use super::uniform::Slice;
use super::{Known, Operator};
use crate::graph::Dim;
use crate::graph::{Attribute, Graph, Node, ValueId};
use crate::kernels::Kernel;
use crate::kernels::grad::Differentiable;
use crate::kernels::picked::Picked;
use crate::message::Message;
use crate::tensor::Tensor;

/// What the border is filled with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PadMode {
    Constant,
    Reflect,
    Edge,
    /// Going on at the other end.
    Wrap,
}

/// `Pad`. Negative amounts crop.
#[derive(Debug, Clone, PartialEq)]
pub struct Pad {
    pub mode: PadMode,
    pub from: PadFrom,
}

/// Where the amounts and the constant come from.
#[derive(Debug, Clone, PartialEq)]
pub enum PadFrom {
    /// Attributes, up to opset 10: all begins, then all ends.
    Attributes { pads: Vec<i64>, value: f32 },
    /// The inputs `pads`, `constant_value` and `axes`, the last two optional.
    Inputs,
}

impl Pad {
    pub fn parse(node: &Node, opset: i64) -> Result<Self, Message> {
        let attributes = Attributes(node);
        let mode = match attributes.text("mode", "constant")? {
            "constant" => PadMode::Constant,
            "reflect" => PadMode::Reflect,
            "edge" => PadMode::Edge,
            "wrap" => PadMode::Wrap,
            other => return Err(message!("reason-node-unsupported-mode", mode = other)),
        };
        let from = if opset >= 11 {
            PadFrom::Inputs
        } else {
            PadFrom::Attributes {
                pads: (attributes.ints("pads")?)
                    .ok_or(message!("reason-node-needs-attribute", name = "pads"))?,
                value: attributes.float("value", 0.0)?,
            }
        };
        Ok(Pad { mode, from })
    }

    /// The axes that the amounts speak of, in their order.
    fn axes(&self, graph: &Graph, node: &Node, rank: usize) -> Option<Vec<usize>> {
        match (&self.from, node.input(3)) {
            (PadFrom::Inputs, Some(axes)) => {
                let axes = graph.content(axes)?.integers()?;
                axes.into_iter().map(|at| axis(at, rank).ok()).collect()
            }
            _ => Some((0..rank).collect()),
        }
    }

    /// How much is added before and after, by axis; `None` where that is not stored.
    fn amounts(&self, graph: &Graph, node: &Node) -> Option<Vec<(i64, i64)>> {
        let rank = graph.value(node.input(0)?).ty.as_ref()?.rank();
        let pads = match &self.from {
            PadFrom::Attributes { pads, .. } => pads.clone(),
            PadFrom::Inputs => graph.content(node.input(1)?)?.integers()?,
        };
        let axes = self.axes(graph, node, rank)?;
        if pads.len() != 2 * axes.len() {
            return None;
        }
        let mut amounts = vec![(0, 0); rank];
        for (at, &axis) in axes.iter().enumerate() {
            amounts[axis] = (pads[at], pads[axes.len() + at]);
        }
        Some(amounts)
    }
}

impl Operator for Pad {
    fn infer(&self, inputs: &[Option<Known>]) -> Result<Vec<Known>, Message> {
        let x = known::needed(inputs, 0)?;
        let (pads, axes) = match &self.from {
            PadFrom::Attributes { pads, .. } => (pads.clone(), None),
            PadFrom::Inputs => {
                let axes = known::given(inputs, 3).map(Known::numbers);
                match (known::needed(inputs, 1)?.numbers(), axes) {
                    (Some(pads), None) => (pads, None),
                    (Some(pads), Some(Some(axes))) => (pads, Some(axes)),
                    (None, Some(None)) | (Some(_), Some(None)) => return Ok(Vec::new()),
                    (None, axes) => return padded_somehow(inputs, axes.flatten()),
                }
            }
        };
        let borders = borders(pads, axes, x.rank())?;
        let mut shape = Vec::with_capacity(x.rank());
        for (dim, (begin, end)) in x.shape().iter().zip(borders) {
            shape.push(match dim {
                dim if (begin, end) == (0, 0) => dim.clone(),
                Dim::Symbol(_) => Dim::unnamed(),
                Dim::Known(size) => {
                    let length = begin
                        .checked_add(end)
                        .and_then(|sum| sum.checked_add(*size as i64));
                    let length = length.and_then(|length| usize::try_from(length).ok());
                    if self.mode == PadMode::Reflect && begin.max(end) >= *size as i64 {
                        return Err(message!(
                            "reason-node-reflects",
                            count = begin.max(end),
                            size = size
                        ));
                    }
                    Dim::Known(length.ok_or(message!("reason-node-impossible-amounts"))?)
                }
            });
        }
        Ok(vec![Known::new(x.dtype(), shape)])
    }

    fn evaluate(&self, inputs: &[Option<&Tensor>]) -> Result<Vec<Tensor>, Message> {
        let shape = known::output_shapes(self, inputs)?.swap_remove(0);
        let x = known::tensor(inputs, 0)?;
        let input = |i: usize| inputs.get(i).copied().flatten();
        let (pads, axes, filling) = match &self.from {
            PadFrom::Attributes { pads, value } => {
                (pads.clone(), None, Tensor::from_f32(&[], vec![*value]))
            }
            PadFrom::Inputs => {
                let pads = known::tensor(inputs, 1)?
                    .integers()
                    .ok_or(message!("reason-node-needs-amounts"))?;
                let zero = || Tensor::from_f32(&[], vec![0.0]);
                (
                    pads,
                    input(3).and_then(Tensor::integers),
                    input(2).cloned().unwrap_or_else(zero),
                )
            }
        };
        let borders = borders(pads, axes, shape.len())?;
        let sources = self.sources(x.shape(), &shape, &borders);
        let filling = filling.cast(x.dtype()).filter(|filling| filling.len() == 1);
        let filling = filling.ok_or(message!("reason-node-needs-filling"))?;
        let steps = places::strides(x.shape());
        let mut places = Vec::with_capacity(shape.iter().product());
        places::each(&shape, |at| {
            let inside = at.iter().zip(&sources).map(|(&at, sources)| sources[at]);
            let place = inside.zip(&steps).map(|(i, step)| Some(i? * step));
            // What is filled in stands behind the data.
            places.push(place.sum::<Option<usize>>().unwrap_or(x.len()));
        });
        let padded = Tensor::joined(&[x, &filling]).and_then(|all| all.gathered(&shape, &places));
        Ok(vec![
            padded.ok_or(message!("reason-node-this-element-type"))?,
        ])
    }

    fn couple(&self, rule: &mut Rule<'_>) {
        let (Some(data), Some(out)) = (rule.node.input(0), rule.node.output(0)) else {
            return;
        };
        let Some(amounts) = self.amounts(rule.graph, rule.node) else {
            return rule.freeze_all(&message!("reason-frozen-padded-unknown"));
        };
        for (axis, &(begin, end)) in amounts.iter().enumerate() {
            let (from, to) = (Axis::of(data, axis), Axis::of(out, axis));
            if begin == 0 && end == 0 {
                rule.same(from, to);
            } else if let (PadMode::Constant, Some(size)) = (self.mode, rule.size(out, axis)) {
                let map = IndexMap::identity().shift(begin as isize).below(size);
                rule.link(from, to, map);
            } else {
                rule.same_if(
                    false,
                    data,
                    axis,
                    out,
                    axis,
                    &message!("reason-frozen-reflected"),
                );
            }
        }
    }

    fn uniform(&self, slice: &Slice<'_>) -> Option<f32> {
        let amounts = self.amounts(slice.graph, slice.node)?;
        let filling = match &self.from {
            PadFrom::Attributes { value, .. } => Some(*value),
            PadFrom::Inputs if slice.node.input(2).is_some() => slice.whole(2),
            PadFrom::Inputs => Some(0.0),
        };
        let &(begin, _) = amounts.get(slice.axis)?;
        let source = usize::try_from(slice.index as i64 - begin).ok();
        let source = source.filter(|&at| slice.size(0, slice.axis).is_some_and(|size| at < size));
        let Some(source) = source else {
            return filling.filter(|_| self.mode == PadMode::Constant);
        };
        let inside = slice.input_at(0, slice.axis, source)?;
        let mut others = amounts.iter().enumerate();
        let bordered = others.any(|(axis, &pads)| axis != slice.axis && pads != (0, 0));
        let same = !bordered || self.mode != PadMode::Constant || filling == Some(inside);
        same.then_some(inside)
    }

    fn rewrite(&self, narrowing: &Narrowing<'_>) -> Result<Vec<Change>, Message> {
        let (graph, node) = (narrowing.graph, narrowing.node);
        let unknown = message!("reason-node-amounts-at-run-time");
        let amounts = self.amounts(graph, node).ok_or_else(|| unknown.clone())?;
        let axes = self
            .axes(graph, node, amounts.len())
            .ok_or_else(|| unknown.clone())?;
        let (Some(data), Some(out)) = (node.input(0), node.output(0)) else {
            return Ok(Vec::new());
        };
        let length = |value: ValueId, axis: usize| {
            let ty = graph.value(value).ty.as_ref();
            ty.and_then(|ty| ty.shape.get(axis)?.known()).unwrap_or(1)
        };
        // What is left of a border that was added (counted in the output) or cropped (counted in the input).
        let left = |axis: usize, amount: i64, at_end: bool| {
            let value = if amount > 0 { out } else { data };
            let size = amount.unsigned_abs() as usize;
            let len = length(value, axis);
            let (from, to) = if at_end {
                (len.saturating_sub(size), len)
            } else {
                (0, size)
            };
            narrowing.count(value, axis, from, to) as i64 * amount.signum()
        };
        let begins = axes.iter().map(|&axis| left(axis, amounts[axis].0, false));
        let ends = axes.iter().map(|&axis| left(axis, amounts[axis].1, true));
        let pads: Vec<i64> = begins.chain(ends).collect();
        Ok(vec![match &self.from {
            PadFrom::Attributes { .. } => Change::Attribute("pads", Attribute::Ints(pads)),
            PadFrom::Inputs => Change::Input(1, narrowing.integers_like(1, pads)),
        }])
    }

    fn kernel(&self, context: &KernelContext<'_>) -> Result<Option<Box<dyn Kernel>>, Message> {
        let integers = |i: usize| context.constant(i).and_then(Tensor::integers);
        let (pads, axes, filling) = match &self.from {
            PadFrom::Attributes { pads, value } => (Some(pads.clone()), None, Some(*value)),
            PadFrom::Inputs => {
                let filling = match context.has(2) {
                    true => context.floats(2).and_then(|all| all.first().copied()),
                    false => Some(0.0),
                };
                (integers(1), integers(3), filling)
            }
        };
        let (Some(shape), Some(pads), Some(filling)) = (context.shape(0), pads, filling) else {
            return Ok(None);
        };
        if context.has(3) && axes.is_none() {
            return Ok(None);
        }
        let borders = borders(pads, axes, shape.len())?;
        let sources = self.sources(shape, &context.outputs[0], &borders);
        Ok(Some(Box::new(Picked::new(shape, &sources, filling))))
    }

    fn differentiable(
        &self,
        context: &LearnContext<'_>,
    ) -> Result<Option<Box<dyn Differentiable>>, Message> {
        // The elements' numbers are padded with 0, which stands for the filling.
        let mut inputs = context.inputs.to_vec();
        let mut from = self.from.clone();
        let filling = match &mut from {
            PadFrom::Attributes { value, .. } => std::mem::take(value),
            PadFrom::Inputs => {
                let given = inputs.get_mut(2).and_then(Option::take);
                let number = |tensor: &Tensor| tensor.floats()?.first().copied();
                match given.map(|operand| operand.constant) {
                    None => 0.0,
                    Some(constant) => match constant.as_deref().and_then(number) {
                        Some(number) => number,
                        None => return Ok(None),
                    },
                }
            }
        };
        let context = LearnContext {
            inputs: &inputs,
            ..*context
        };
        let plain = Pad {
            mode: self.mode,
            from,
        };
        moved(&plain, &context, |i| i == 0, filling)
    }
}

/// The output where only some of the amounts are known: axes that get nothing keep their length.
fn padded_somehow(inputs: &[Option<Known>], axes: Option<Vec<i64>>) -> Result<Vec<Known>, Message> {
    let x = known::needed(inputs, 0)?;
    let Some(pads) = known::needed(inputs, 1)?.elements() else {
        return Ok(Vec::new());
    };
    // What is not known may be anything but nothing.
    let pads = pads.iter().map(|amount| amount.number().unwrap_or(1));
    let borders = borders(pads.collect(), axes, x.rank())?;
    let dims = x.shape().iter().zip(borders);
    let shape = dims.map(|(dim, border)| match border {
        (0, 0) => dim.clone(),
        _ => Dim::unnamed(),
    });
    Ok(vec![Known::new(x.dtype(), shape.collect())])
}

/// How much is added before and after each axis.
fn borders(
    pads: Vec<i64>,
    axes: Option<Vec<i64>>,
    rank: usize,
) -> Result<Vec<(i64, i64)>, Message> {
    let axes = axes.unwrap_or_else(|| (0..rank as i64).collect());
    if pads.len() != 2 * axes.len() {
        return Err(message!(
            "reason-node-amounts",
            amounts = pads.len(),
            axes = axes.len()
        ));
    }
    let mut borders = vec![(0, 0); rank];
    for (i, &at) in axes.iter().enumerate() {
        borders[axis(at, rank)?] = (pads[i], pads[axes.len() + i]);
    }
    Ok(borders)
}

impl Pad {
    /// By axis, the input's index that each of the output's shows.
    fn sources(
        &self,
        before: &[usize],
        after: &[usize],
        borders: &[(i64, i64)],
    ) -> Vec<Vec<Option<usize>>> {
        let lengths = before.iter().zip(after).zip(borders);
        let axes = lengths.map(|((&size, &length), &(begin, _))| {
            let indices = 0..length as i64;
            let sources = indices.map(|i| self.source(i - begin, size as i64));
            sources.collect()
        });
        axes.collect()
    }

    /// The input's index that position `at` shows, counted from the input's first; `None` shows the constant.
    fn source(&self, at: i64, size: i64) -> Option<usize> {
        let inside = (0..size).contains(&at);
        let at = match self.mode {
            _ if inside => at,
            _ if size == 0 => return None,
            PadMode::Constant => return None,
            PadMode::Edge => at.clamp(0, size - 1),
            PadMode::Wrap => at.rem_euclid(size),
            PadMode::Reflect if at < 0 => -at,
            PadMode::Reflect => 2 * (size - 1) - at,
        };
        usize::try_from(at).ok()
    }
}
