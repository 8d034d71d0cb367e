//! Padding.

use super::attributes::Attributes;
use super::axes::axis;
use super::coupling::{Axis, IndexMap, Rule};
use super::narrow::{Change, Narrowing};
use super::uniform::Slice;
use super::{Known, Operator};
use crate::graph::{Attribute, Graph, Node, ValueId};
use crate::tensor::Tensor;

/// What the border is filled with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PadMode {
    Constant,
    Reflect,
    Edge,
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
    pub fn parse(node: &Node, opset: i64) -> Result<Self, String> {
        let attributes = Attributes(node);
        let mode = match attributes.text("mode", "constant")? {
            "constant" => PadMode::Constant,
            "reflect" => PadMode::Reflect,
            "edge" => PadMode::Edge,
            other => return Err(format!("has the unsupported mode “{other}”")),
        };
        let from = if opset >= 11 {
            PadFrom::Inputs
        } else {
            PadFrom::Attributes {
                pads: (attributes.ints("pads")?).ok_or("needs the attribute “pads”")?,
                value: attributes.float("value", 0.0)?,
            }
        };
        Ok(Pad { mode, from })
    }

    /// The axes that the amounts speak of, in their order.
    fn axes(&self, graph: &Graph, node: &Node, rank: usize) -> Option<Vec<usize>> {
        match (&self.from, node.input(3)) {
            (PadFrom::Inputs, Some(axes)) => {
                let axes = graph.constant(axes)?.integers()?;
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
            PadFrom::Inputs => graph.constant(node.input(1)?)?.integers()?,
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
        let Some(amounts) = self.amounts(rule.graph, rule.node) else {
            return rule.freeze_all("it is padded by amounts that are only known at run time");
        };
        for (axis, &(begin, end)) in amounts.iter().enumerate() {
            let (from, to) = (Axis::of(data, axis), Axis::of(out, axis));
            if begin == 0 && end == 0 {
                rule.same(from, to);
            } else if let (PadMode::Constant, Some(size)) = (self.mode, rule.size(out, axis)) {
                let map = IndexMap::identity().shift(begin as isize).below(size);
                rule.link(from, to, map);
            } else {
                rule.same_if(false, data, axis, out, axis, "it is padded by reflection");
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

    fn rewrite(&self, narrowing: &Narrowing<'_>) -> Result<Vec<Change>, String> {
        let (graph, node) = (narrowing.graph, narrowing.node);
        let unknown = "its amounts are only known at run time";
        let amounts = self.amounts(graph, node).ok_or(unknown)?;
        let axes = self.axes(graph, node, amounts.len()).ok_or(unknown)?;
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
}
