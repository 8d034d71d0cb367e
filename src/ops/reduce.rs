//! Reduction along axes.

use super::attributes::Attributes;
use super::axes::AxesFrom;
use super::axes::axis;
use super::coupling::{Axis, Rule};
use super::uniform::Slice;
use super::{Known, Operator};
use crate::graph::Node;
use crate::tensor::Tensor;

/// What the numbers along the axes become.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReduceKind {
    Mean,
    Sum,
    Max,
    Min,
}

/// `ReduceMean` and its like.
#[derive(Debug, Clone, PartialEq)]
pub struct Reduce {
    pub kind: ReduceKind,
    pub axes: AxesFrom,
    pub keepdims: bool,
    /// Without axes: leave the input as it is, instead of reducing all axes.
    pub noop_with_empty_axes: bool,
}

impl Reduce {
    pub fn parse(node: &Node, opset: i64) -> Result<Self, String> {
        let attributes = Attributes(node);
        let (kind, since) = match node.op_type.as_str() {
            "ReduceSum" => (ReduceKind::Sum, 13),
            "ReduceMax" => (ReduceKind::Max, 18),
            "ReduceMin" => (ReduceKind::Min, 18),
            _ => (ReduceKind::Mean, 18),
        };
        Ok(Reduce {
            kind,
            axes: AxesFrom::parse(node, opset, since)?,
            keepdims: attributes.flag("keepdims", true)?,
            noop_with_empty_axes: attributes.flag("noop_with_empty_axes", false)?,
        })
    }

    /// Which axes go; `None` where only the run tells.
    fn reduced(&self, rule: &Rule<'_>, rank: usize) -> Option<Vec<bool>> {
        let axes = match &self.axes {
            AxesFrom::Attribute(axes) => axes.clone(),
            AxesFrom::Input if rule.node.input(1).is_none() => None,
            AxesFrom::Input => Some(rule.integers(1)?),
        };
        match axes.filter(|axes| !axes.is_empty()) {
            Some(axes) => {
                let mut reduced = vec![false; rank];
                for at in axes {
                    reduced[axis(at, rank).ok()?] = true;
                }
                Some(reduced)
            }
            None => Some(vec![!self.noop_with_empty_axes; rank]),
        }
    }
}

impl Operator for Reduce {
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
        let rank = rule.rank(data);
        let Some(reduced) = self.reduced(rule, rank) else {
            return rule.freeze_all("it is reduced along axes that are only known at run time");
        };
        let mut to = 0;
        for (from, &gone) in reduced.iter().enumerate() {
            if gone {
                rule.freeze(Axis::of(data, from), "a reduction runs over it");
            } else {
                rule.same(Axis::of(data, from), Axis::of(out, to));
            }
            to += usize::from(!gone || self.keepdims);
        }
    }

    fn uniform(&self, slice: &Slice<'_>) -> Option<f32> {
        let inside = slice.carried()?;
        (self.kind != ReduceKind::Sum || inside == 0.0).then_some(inside)
    }
}
