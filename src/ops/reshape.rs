//! Reshaping to a shape that the second input names.

use super::attributes::Attributes;
use super::coupling::Rule;
use super::narrow::{Change, Narrowing};
use super::uniform::Slice;
use super::{Known, Operator};
use crate::graph::{Dim, Node, ValueId};
use crate::tensor::Tensor;

/// `Reshape`: −1 stands for what is left, 0 for the input's own size unless `allowzero`.
#[derive(Debug, Clone, PartialEq)]
pub struct Reshape {
    pub allowzero: bool,
}

impl Reshape {
    pub fn parse(node: &Node, _opset: i64) -> Result<Self, String> {
        Ok(Reshape {
            allowzero: Attributes(node).flag("allowzero", false)?,
        })
    }

    /// The target shape that makes `data` into `out`. `None` where more than one size is only known at run time.
    fn target(&self, data: &[Dim], out: &[Dim]) -> Option<Vec<i64>> {
        let symbols = out.iter().filter(|dim| dim.known().is_none()).count();
        let target = out.iter().enumerate().map(|(axis, dim)| match dim.known() {
            Some(size) => i64::try_from(size).ok(),
            None if symbols == 1 => Some(-1),
            None => (!self.allowzero && data.get(axis) == Some(dim)).then_some(0),
        });
        target.collect()
    }
}

impl Operator for Reshape {
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
        match self.target(&rule.dims(data), &rule.dims(out)) {
            Some(_) => rule.regroup(),
            None => rule.freeze_all("a reshape makes it whose target has several unknown sizes"),
        }
    }

    fn uniform(&self, slice: &Slice<'_>) -> Option<f32> {
        slice.carried()
    }

    fn rewrite(&self, narrowing: &Narrowing<'_>) -> Result<Vec<Change>, String> {
        let dims = |value: Option<ValueId>| value.and_then(|v| narrowing.dims(v));
        let node = narrowing.node;
        let target = match (dims(node.input(0)), dims(node.output(0))) {
            (Some(data), Some(out)) => self.target(&data, &out),
            _ => None,
        };
        let target = target.ok_or("its target shape has several unknown sizes")?;
        Ok(vec![Change::Input(
            1,
            Tensor::from_i64(&[target.len()], target),
        )])
    }
}
