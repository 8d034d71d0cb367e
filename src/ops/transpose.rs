//! Reordering axes.

use super::attributes::Attributes;
use super::coupling::{Axis, Rule};
use super::uniform::Slice;
use super::{Known, Operator};
use crate::graph::Node;
use crate::tensor::Tensor;

/// `Transpose`: axis `i` of the output is axis `perm[i]` of the input; reversed where left out.
#[derive(Debug, Clone, PartialEq)]
pub struct Transpose {
    pub perm: Option<Vec<usize>>,
}

impl Transpose {
    pub fn parse(node: &Node, _opset: i64) -> Result<Self, String> {
        Ok(Transpose {
            perm: Attributes(node).sizes("perm")?,
        })
    }
}

impl Operator for Transpose {
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
        for axis in 0..rank {
            let from = match &self.perm {
                Some(perm) => perm.get(axis).copied(),
                None => Some(rank - 1 - axis),
            };
            if let Some(from) = from {
                rule.same(Axis::of(data, from), Axis::of(out, axis));
            }
        }
    }

    fn uniform(&self, slice: &Slice<'_>) -> Option<f32> {
        slice.carried()
    }
}
