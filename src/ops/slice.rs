//! Taking ranges along axes.

use super::attributes::Attributes;
use super::axes;
use super::backward::{LearnContext, moved};
use super::coupling::{Axis, IndexMap, Rule};
use super::known;
use super::lowering::KernelContext;
use super::narrow::{Change, Narrowing};
use super::uniform;
use super::{Known, Operator};
use crate::graph::{Attribute, Graph, Node};
use crate::graph::{Dim, TensorType};
use crate::kernels::Kernel;
use crate::kernels::copy::Gathered;
use crate::kernels::grad::Differentiable;
use crate::kernels::strided;
use crate::message::Message;
use crate::tensor::Tensor;
use std::borrow::Cow;

/// `Slice`: where its starts, ends, axes and steps come from.
#[derive(Debug, Clone, PartialEq)]
pub enum Slice {
    /// Attributes, up to opset 9; the steps are 1.
    Attributes {
        starts: Vec<i64>,
        ends: Vec<i64>,
        axes: Option<Vec<i64>>,
    },
    /// The inputs `starts`, `ends`, `axes` and `steps`, the last two optional.
    Inputs,
}

/// A range along one axis, its bounds within the axis.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct AxisRange {
    axis: usize,
    start: usize,
    end: usize,
    step: i64,
}

impl Slice {
    pub fn parse(node: &Node, opset: i64) -> Result<Self, Message> {
        if opset >= 10 {
            return Ok(Slice::Inputs);
        }
        let attributes = Attributes(node);
        let required = |name: &str| {
            let found = attributes.ints(name)?;
            found.ok_or_else(|| message!("reason-node-needs-attribute", name = name))
        };
        Ok(Slice::Attributes {
            starts: required("starts")?,
            ends: required("ends")?,
            axes: attributes.ints("axes")?,
        })
    }

    /// The starts and ends as the model has them, where they are known.
    fn bounds(&self, graph: &Graph, node: &Node) -> Option<(Vec<i64>, Vec<i64>)> {
        match self {
            Slice::Attributes { starts, ends, .. } => Some((starts.clone(), ends.clone())),
            Slice::Inputs => {
                let known = |i| graph.content(node.input(i)?)?.integers();
                Some((known(1)?, known(2)?))
            }
        }
    }

    /// The axes that are named, in their order. `None` where only the run tells.
    fn along(&self, graph: &Graph, node: &Node, rank: usize) -> Option<Vec<usize>> {
        let named = match self {
            Slice::Attributes { starts, axes, .. } => match axes {
                Some(axes) => axes.clone(),
                None => (0..starts.len() as i64).collect(),
            },
            Slice::Inputs => match node.input(3) {
                Some(axes) => graph.content(axes)?.integers()?,
                None => {
                    let starts = graph.value(node.input(1)?).ty.as_ref()?;
                    (0..starts.shape.first()?.known()? as i64).collect()
                }
            },
        };
        let axes = named.into_iter().map(|at| axes::axis(at, rank).ok());
        axes.collect()
    }

    /// What is taken along each axis that is named; `None` in place of a range whose bounds, or whose axis's length, only the run
    /// tells. The whole is `None` where that holds for the axes themselves.
    fn ranges(&self, graph: &Graph, node: &Node) -> Option<Vec<(usize, Option<AxisRange>)>> {
        let shape = &graph.value(node.input(0)?).ty.as_ref()?.shape;
        let along = self.along(graph, node, shape.len())?;
        let steps = match (self, node.input(4)) {
            (Slice::Inputs, Some(steps)) => graph.content(steps)?.integers()?,
            _ => vec![1; along.len()],
        };
        let bounds = self.bounds(graph, node);
        let ranges = along.iter().enumerate().map(|(at, &axis)| {
            let (starts, ends) = bounds.as_ref()?;
            let size = i64::try_from(shape[axis].known()?).ok()?;
            let clamp = |bound: i64| {
                let bound = if bound < 0 {
                    bound.saturating_add(size)
                } else {
                    bound
                };
                bound.clamp(0, size) as usize
            };
            let (start, end) = (clamp(*starts.get(at)?), clamp(*ends.get(at)?));
            Some(AxisRange {
                axis,
                start,
                end: end.max(start),
                step: *steps.get(at)?,
            })
        });
        let ranges: Vec<_> = ranges.collect();
        Some(along.into_iter().zip(ranges).collect())
    }
}

impl Operator for Slice {
    fn infer(&self, inputs: &[Option<Known>]) -> Result<Vec<Known>, Message> {
        let x = known::needed(inputs, 0)?;
        let optional = |i: usize| match known::given(inputs, i) {
            None => Some(None),
            Some(list) => list.numbers().map(Some),
        };
        let bounds = match self {
            Slice::Attributes { starts, ends, axes } => {
                (starts.clone(), ends.clone(), axes.clone(), None)
            }
            Slice::Inputs => {
                let (starts, ends) = (
                    known::needed(inputs, 1)?.numbers(),
                    known::needed(inputs, 2)?.numbers(),
                );
                match (starts, ends, optional(3), optional(4)) {
                    (Some(starts), Some(ends), Some(axes), Some(steps)) => {
                        (starts, ends, axes, steps)
                    }
                    // Whatever the bounds are, only the axes that are named change.
                    (_, _, Some(Some(along)), _) => {
                        let mut shape = x.shape().to_vec();
                        for at in along {
                            shape[axes::axis(at, x.rank())?] = Dim::unnamed();
                        }
                        return Ok(vec![Known::new(x.dtype(), shape)]);
                    }
                    _ => return Ok(Vec::new()),
                }
            }
        };
        let mut shape = x.shape().to_vec();
        let mut sizes = x.sizes.clone();
        for (axis, run) in taken(x.shape(), bounds)? {
            let Some(run) = run else {
                shape[axis] = Dim::unnamed();
                sizes = None;
                continue;
            };
            shape[axis] = Dim::Known(run.count);
            sizes = sizes.and_then(|sizes| run.indices().map(|i| sizes.get(i).cloned()).collect());
        }
        Ok(vec![Known::new(x.dtype(), shape).with_sizes(sizes)])
    }

    fn evaluate(&self, inputs: &[Option<&Tensor>]) -> Result<Vec<Tensor>, Message> {
        let x = known::tensor(inputs, 0)?;
        let list = |i: usize| inputs.get(i).copied().flatten().and_then(Tensor::integers);
        let bounds = match self {
            Slice::Attributes { starts, ends, axes } => {
                (starts.clone(), ends.clone(), axes.clone(), None)
            }
            Slice::Inputs => {
                let required = |i: usize| list(i).ok_or(message!("reason-node-needs-bounds"));
                (required(1)?, required(2)?, list(3), list(4))
            }
        };
        let mut part = Cow::Borrowed(x);
        for (_, run) in taken(&TensorType::of(x).shape, bounds)? {
            let run = run.ok_or(message!("reason-node-slices-unknown"))?;
            let picked = part.select(run.axis, &run.indices().collect::<Vec<_>>());
            part = Cow::Owned(picked.ok_or(message!("reason-node-this-element-type"))?);
        }
        Ok(vec![part.into_owned()])
    }

    fn couple(&self, rule: &mut Rule<'_>) {
        let (Some(data), Some(out)) = (rule.node.input(0), rule.node.output(0)) else {
            return;
        };
        let Some(ranges) = self.ranges(rule.graph, rule.node) else {
            return rule.freeze_all(&message!("reason-frozen-sliced-unknown"));
        };
        for axis in 0..rule.rank(data) {
            let why = match ranges.iter().find(|(at, _)| *at == axis) {
                None => {
                    rule.same(Axis::of(data, axis), Axis::of(out, axis));
                    continue;
                }
                Some((_, Some(range))) if range.step == 1 => {
                    let map = IndexMap::identity().shift(range.start as isize);
                    rule.link(Axis::of(out, axis), Axis::of(data, axis), map);
                    continue;
                }
                Some((_, Some(_))) => message!("reason-frozen-sliced-steps"),
                Some((_, None)) => message!("reason-frozen-sliced-unknown"),
            };
            rule.same_if(false, data, axis, out, axis, &why);
        }
    }

    fn uniform(&self, slice: &uniform::Slice<'_>) -> Option<f32> {
        slice.carried()
    }

    fn rewrite(&self, narrowing: &Narrowing<'_>) -> Result<Vec<Change>, Message> {
        let (graph, node) = (narrowing.graph, narrowing.node);
        let unknown = message!("reason-node-bounds-at-run-time");
        let data = node
            .input(0)
            .ok_or(message!("reason-node-needs-an-input"))?;
        let ranges = self.ranges(graph, node).ok_or_else(|| unknown.clone())?;
        let (mut starts, mut ends) = self.bounds(graph, node).ok_or_else(|| unknown.clone())?;
        for (at, (axis, range)) in ranges.iter().enumerate() {
            if narrowing.kept(data, *axis).is_some() {
                let range = range.ok_or_else(|| unknown.clone())?;
                let before = narrowing.count(data, range.axis, 0, range.start);
                let inside = narrowing.count(data, range.axis, range.start, range.end);
                starts[at] = before as i64;
                ends[at] = (before + inside) as i64;
            }
        }
        Ok(match self {
            Slice::Attributes { .. } => vec![
                Change::Attribute("starts", Attribute::Ints(starts)),
                Change::Attribute("ends", Attribute::Ints(ends)),
            ],
            Slice::Inputs => vec![
                Change::Input(1, narrowing.integers_like(1, starts)),
                Change::Input(2, narrowing.integers_like(2, ends)),
            ],
        })
    }

    fn kernel(&self, context: &KernelContext<'_>) -> Result<Option<Box<dyn Kernel>>, Message> {
        let list = |i: usize| match context.has(i) {
            true => context.constant(i).and_then(Tensor::integers).map(Some),
            false => Some(None),
        };
        let bounds = match self {
            Slice::Attributes { starts, ends, axes } => {
                (starts.clone(), ends.clone(), axes.clone(), None)
            }
            Slice::Inputs => match (list(1), list(2), list(3), list(4)) {
                (Some(Some(starts)), Some(Some(ends)), Some(axes), Some(steps)) => {
                    (starts, ends, axes, steps)
                }
                _ => return Ok(None),
            },
        };
        let Some(shape) = context.shape(0) else {
            return Ok(None);
        };
        let dims: Vec<Dim> = shape.iter().map(|&size| size.into()).collect();
        let mut steps = strided::strides(shape);
        let mut start = 0;
        for run in taken(&dims, bounds)?.into_iter().filter_map(|(_, run)| run) {
            start += run.start as isize * steps[run.axis];
            steps[run.axis] *= run.step as isize;
        }
        let kernel = Gathered::new(&context.outputs[0], start, &steps);
        Ok(Some(Box::new(kernel)))
    }

    fn differentiable(
        &self,
        context: &LearnContext<'_>,
    ) -> Result<Option<Box<dyn Differentiable>>, Message> {
        moved(self, context, |_| true, 0.0)
    }
}

/// Starts, ends, axes and steps as a node gives them.
type Bounds = (Vec<i64>, Vec<i64>, Option<Vec<i64>>, Option<Vec<i64>>);

/// What is taken along one axis.
struct Run {
    axis: usize,
    start: usize,
    step: i64,
    count: usize,
}

impl Run {
    fn indices(&self) -> impl Iterator<Item = usize> + '_ {
        // Not past the ends: the count is made for that.
        (0..self.count as i64).map(|i| (self.start as i64 + i * self.step) as usize)
    }
}

/// What is taken along each axis that is cut; `None` where nothing tells its length yet.
fn taken(
    shape: &[Dim],
    (starts, ends, axes, steps): Bounds,
) -> Result<Vec<(usize, Option<Run>)>, Message> {
    let axes = axes.unwrap_or_else(|| (0..starts.len() as i64).collect());
    let steps = steps.unwrap_or_else(|| vec![1; starts.len()]);
    if [ends.len(), axes.len(), steps.len()] != [starts.len(); 3] || starts.len() > shape.len() {
        return Err(message!("reason-node-slice-lists"));
    }
    let mut runs = Vec::with_capacity(starts.len());
    for (((&start, &end), &at), &step) in starts.iter().zip(&ends).zip(&axes).zip(&steps) {
        let axis = axes::axis(at, shape.len())?;
        if step == 0 {
            return Err(message!("reason-node-zero-step"));
        }
        let Some(size) = shape[axis].known() else {
            if start != 0 || step != 1 || end < i64::from(i32::MAX) {
                runs.push((axis, None));
            }
            continue;
        };
        let size = size as i64;
        let from_end = |bound: i64| {
            if bound < 0 {
                bound.saturating_add(size)
            } else {
                bound
            }
        };
        // Backwards, the end may lie before the first element.
        let (low, high) = if step > 0 { (0, size) } else { (-1, size - 1) };
        let start = from_end(start).clamp(low.max(0), high.max(0));
        let end = from_end(end).clamp(low, high);
        let length = if step > 0 { end - start } else { start - end };
        let count = match size {
            0 => 0,
            _ => (length.max(0) as u64).div_ceil(step.unsigned_abs()),
        };
        let run = Run {
            axis,
            start: start as usize,
            step,
            count: count as usize,
        };
        runs.push((axis, Some(run)));
    }
    Ok(runs)
}
