//! Repeating a tensor.

use super::coupling::Rule;
use super::narrow::{Change, Narrowing};
use super::uniform::Slice;
use super::{Known, Operator};
use crate::graph::{Dim, Node, ValueId};
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
    pub fn parse(_node: &Node, _opset: i64) -> Result<Self, String> {
        Ok(Expand)
    }
}

impl Tile {
    pub fn parse(_node: &Node, _opset: i64) -> Result<Self, String> {
        Ok(Tile)
    }
}

impl Operator for Expand {
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
        match target(&rule.dims(data), &rule.dims(out)) {
            Some(_) => rule.align(data, out),
            None => rule.freeze_all("it is expanded to a size that is only known at run time"),
        }
    }

    fn uniform(&self, slice: &Slice<'_>) -> Option<f32> {
        slice.input(0)
    }

    fn rewrite(&self, narrowing: &Narrowing<'_>) -> Result<Vec<Change>, String> {
        let dims = |value: Option<ValueId>| value.and_then(|v| narrowing.dims(v));
        let node = narrowing.node;
        let target = match (dims(node.input(0)), dims(node.output(0))) {
            (Some(data), Some(out)) => target(&data, &out),
            _ => None,
        };
        let target = target.ok_or("its target shape is only known at run time")?;
        Ok(vec![Change::Input(
            1,
            Tensor::from_i64(&[target.len()], target),
        )])
    }
}

impl Operator for Tile {
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
        let repeats = rule.integers(1);
        let why = "it is repeated";
        match repeats {
            Some(repeats) if repeats.len() == rule.rank(data) => {
                for (axis, repeats) in repeats.into_iter().enumerate() {
                    rule.same_if(repeats == 1, data, axis, out, axis, why);
                }
            }
            _ => rule.freeze_all(why),
        }
    }
}
