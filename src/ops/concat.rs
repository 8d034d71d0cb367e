//! Joining tensors along an axis.

use super::attributes::Attributes;
use super::axes::axis;
use super::coupling::{Axis, IndexMap, Rule};
use super::uniform::Slice;
use super::{Known, Operator};
use crate::graph::Node;
use crate::tensor::Tensor;

/// `Concat` along `axis`.
#[derive(Debug, Clone, PartialEq)]
pub struct Concat {
    /// May be negative: counted from the end.
    pub axis: i64,
}

impl Concat {
    pub fn parse(node: &Node, _opset: i64) -> Result<Self, String> {
        Ok(Concat {
            axis: Attributes(node).required_int("axis")?,
        })
    }
}

impl Operator for Concat {
    fn infer(&self, _inputs: &[Option<Known>]) -> Result<Vec<Known>, String> {
        Err("has no shape rule yet".into())
    }

    fn evaluate(&self, _inputs: &[Option<&Tensor>]) -> Result<Vec<Tensor>, String> {
        Err("cannot be computed yet".into())
    }

    fn couple(&self, rule: &mut Rule<'_>) {
        let Some(out) = rule.node.output(0) else {
            return;
        };
        let Ok(along) = axis(self.axis, rule.rank(out)) else {
            return rule.freeze_all("it is joined along an axis that it does not have");
        };
        let mut offset = 0;
        for part in rule.node.inputs.iter().copied().flatten() {
            for axis in (0..rule.rank(part)).filter(|&axis| axis != along) {
                rule.same(Axis::of(part, axis), Axis::of(out, axis));
            }
            match rule.size(part, along) {
                Some(size) => {
                    let map = IndexMap::identity().shift(offset as isize);
                    rule.link(Axis::of(part, along), Axis::of(out, along), map);
                    offset += size;
                }
                None => {
                    let why = "it is joined from parts of unknown length";
                    return rule.freeze_all(why);
                }
            }
        }
    }

    fn uniform(&self, slice: &Slice<'_>) -> Option<f32> {
        slice.carried()
    }
}
