//! Taking ranges along axes.

use super::attributes::Attributes;
use super::axes;
use super::coupling::{Axis, IndexMap, Rule};
use super::narrow::{Change, Narrowing};
use super::uniform;
use super::{Known, Operator};
use crate::graph::{Attribute, Graph, Node};
use crate::tensor::Tensor;

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
    pub fn parse(node: &Node, opset: i64) -> Result<Self, String> {
        if opset >= 10 {
            return Ok(Slice::Inputs);
        }
        let attributes = Attributes(node);
        let required = |name: &str| {
            let found = attributes.ints(name)?;
            found.ok_or_else(|| format!("needs the attribute “{name}”"))
        };
        Ok(Slice::Attributes {
            starts: required("starts")?,
            ends: required("ends")?,
            axes: attributes.ints("axes")?,
        })
    }

    /// The starts and ends as the model has them, where they are stored.
    fn bounds(&self, graph: &Graph, node: &Node) -> Option<(Vec<i64>, Vec<i64>)> {
        match self {
            Slice::Attributes { starts, ends, .. } => Some((starts.clone(), ends.clone())),
            Slice::Inputs => {
                let stored = |i| graph.constant(node.input(i)?)?.integers();
                Some((stored(1)?, stored(2)?))
            }
        }
    }

    /// What is taken along each axis that is named, where all of it is stored and the axes' lengths are known.
    fn ranges(&self, graph: &Graph, node: &Node) -> Option<Vec<AxisRange>> {
        let shape = &graph.value(node.input(0)?).ty.as_ref()?.shape;
        let (starts, ends) = self.bounds(graph, node)?;
        let optional = |i: usize| match node.input(i) {
            None => Some(None),
            Some(value) => graph.constant(value)?.integers().map(Some),
        };
        let (along, steps) = match self {
            Slice::Attributes { axes, .. } => (axes.clone(), None),
            Slice::Inputs => (optional(3)?, optional(4)?),
        };
        let along = along.unwrap_or_else(|| (0..starts.len() as i64).collect());
        let steps = steps.unwrap_or_else(|| vec![1; starts.len()]);
        if [ends.len(), along.len(), steps.len()] != [starts.len(); 3] {
            return None;
        }
        let ranges = (0..starts.len()).map(|at| {
            let axis = axes::axis(along[at], shape.len()).ok()?;
            let size = i64::try_from(shape[axis].known()?).ok()?;
            let clamp = |bound: i64| {
                let bound = if bound < 0 {
                    bound.saturating_add(size)
                } else {
                    bound
                };
                bound.clamp(0, size) as usize
            };
            let (start, end) = (clamp(starts[at]), clamp(ends[at]));
            Some(AxisRange {
                axis,
                start,
                end: end.max(start),
                step: steps[at],
            })
        });
        ranges.collect()
    }
}

impl Operator for Slice {
    fn infer(&self, _inputs: &[Option<Known>]) -> Result<Vec<Known>, String> {
        Err("has no shape rule yet".into())
    }

    fn evaluate(&self, _inputs: &[Option<&Tensor>]) -> Result<Vec<Tensor>, String> {
        Err("cannot be computed yet".into())
    }

    fn couple(&self, rule: &mut Rule<'_>) {
        let (Some(data), Some(out)) = (rule.node.input(0), rule.node.output(0)) else {
            return;
        };
        let Some(ranges) = self.ranges(rule.graph, rule.node) else {
            return rule.freeze_all("it is sliced at places that are only known at run time");
        };
        for axis in 0..rule.rank(data) {
            match ranges.iter().find(|range| range.axis == axis) {
                None => rule.same(Axis::of(data, axis), Axis::of(out, axis)),
                Some(range) if range.step == 1 => {
                    let map = IndexMap::identity().shift(range.start as isize);
                    rule.link(Axis::of(out, axis), Axis::of(data, axis), map);
                }
                Some(_) => rule.same_if(false, data, axis, out, axis, "it is sliced in steps"),
            }
        }
    }

    fn uniform(&self, slice: &uniform::Slice<'_>) -> Option<f32> {
        slice.carried()
    }

    fn rewrite(&self, narrowing: &Narrowing<'_>) -> Result<Vec<Change>, String> {
        let (graph, node) = (narrowing.graph, narrowing.node);
        let unknown = "its bounds are only known at run time";
        let data = node.input(0).ok_or("needs an input")?;
        let ranges = self.ranges(graph, node).ok_or(unknown)?;
        let (mut starts, mut ends) = self.bounds(graph, node).ok_or(unknown)?;
        for (at, range) in ranges.iter().enumerate() {
            if narrowing.kept(data, range.axis).is_some() {
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
}
