//! Where along an axis the largest or smallest number is.

use super::attributes::Attributes;
use super::coupling::{Axis, Rule};
use super::{Known, Operator, axes, doubles, known, places};
use crate::graph::{Dim, Node};
use crate::message::Message;
use crate::tensor::{DType, Tensor};

/// `ArgMax` or `ArgMin`.
#[derive(Debug, Clone, PartialEq)]
pub struct Arg {
    pub smallest: bool,
    /// May be negative: counted from the end.
    pub axis: i64,
    pub keepdims: bool,
    /// Of several that are alike, the last.
    pub select_last: bool,
}

impl Arg {
    pub fn parse(node: &Node, _opset: i64) -> Result<Self, Message> {
        let attributes = Attributes(node);
        Ok(Arg {
            smallest: node.op_type == "ArgMin",
            axis: attributes.int("axis", 0)?,
            keepdims: attributes.flag("keepdims", true)?,
            select_last: attributes.flag("select_last_index", false)?,
        })
    }
}

impl Operator for Arg {
    fn infer(&self, inputs: &[Option<Known>]) -> Result<Vec<Known>, Message> {
        let x = known::needed(inputs, 0)?;
        let along = axes::axis(self.axis, x.rank())?;
        let mut shape = x.shape().to_vec();
        match self.keepdims {
            true => shape[along] = Dim::Known(1),
            false => drop(shape.remove(along)),
        }
        Ok(vec![Known::new(DType::I64, shape)])
    }

    fn evaluate(&self, inputs: &[Option<&Tensor>]) -> Result<Vec<Tensor>, Message> {
        let shape = known::output_shapes(self, inputs)?.swap_remove(0);
        let x = known::tensor(inputs, 0)?;
        let numbers = doubles::numbers(x)?;
        let (outer, length, inner) =
            places::around(x.shape(), axes::axis(self.axis, x.shape().len())?);
        if length == 0 {
            return Err(doubles::inconsistent());
        }
        let sign = if self.smallest { -1.0 } else { 1.0 };
        let mut found = Vec::with_capacity(outer * inner);
        for row in 0..outer {
            for column in 0..inner {
                let at = |i: usize| sign * numbers[(row * length + i) * inner + column];
                let better = |best: usize, i: usize| match self.select_last {
                    true => at(i) >= at(best),
                    false => at(i) > at(best),
                };
                let best = (1..length).fold(0, |best, i| if better(best, i) { i } else { best });
                found.push(best as i64);
            }
        }
        Ok(vec![doubles::indices(&shape, found)?])
    }

    fn couple(&self, rule: &mut Rule<'_>) {
        let why = &rule.across();
        let (Some(data), Some(out)) = (rule.node.input(0), rule.node.output(0)) else {
            return;
        };
        let Ok(along) = axes::axis(self.axis, rule.rank(data)) else {
            return rule.freeze_all(why);
        };
        for axis in 0..rule.rank(data) {
            if axis == along {
                rule.freeze(Axis::of(data, axis), why);
            } else {
                let to = axis - usize::from(axis > along && !self.keepdims);
                rule.same(Axis::of(data, axis), Axis::of(out, to));
            }
        }
    }
}
