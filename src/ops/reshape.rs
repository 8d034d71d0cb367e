//! Reshaping to a shape that the second input names.

use super::Extent;
use super::attributes::Attributes;
use super::coupling::Rule;
use super::known;
use super::narrow::{Change, Narrowing};
use super::uniform::Slice;
use super::{Known, Operator};
use crate::graph::{Dim, Node, Product};
use crate::message::Message;
use crate::tensor::Tensor;

/// `Reshape`: −1 stands for what is left, 0 for the input's own size unless `allowzero`.
#[derive(Debug, Clone, PartialEq)]
pub struct Reshape {
    pub allowzero: bool,
}

impl Reshape {
    pub fn parse(node: &Node, _opset: i64) -> Result<Self, Message> {
        Ok(Reshape {
            allowzero: Attributes(node).flag("allowzero", false)?,
        })
    }

    /// The target shape that makes `data` into `out`, once it is cut. `None` where more than one size is only known at run time, and is
    /// not that of the data's same axis.
    fn cut_target(&self, data: &[Dim], out: &[Dim]) -> Option<Vec<i64>> {
        let symbols = out.iter().filter(|dim| dim.known().is_none()).count();
        let mut rest = symbols.min(1);
        let target = out.iter().enumerate().map(|(axis, dim)| match dim.known() {
            Some(size) => i64::try_from(size).ok(),
            None if symbols == 1 => Some(-1),
            None if !self.allowzero && *dim != Dim::unnamed() && data.get(axis) == Some(dim) => {
                Some(0)
            }
            None => rest.checked_sub(1).map(|left| {
                rest = left;
                -1
            }),
        });
        target.collect()
    }
}

impl Operator for Reshape {
    fn infer(&self, inputs: &[Option<Known>]) -> Result<Vec<Known>, Message> {
        let (x, target) = (known::needed(inputs, 0)?, known::needed(inputs, 1)?);
        let listed = target.constant.as_ref().and_then(|t| t.integers());
        let listed = listed.map(|numbers| numbers.into_iter().map(Extent::Number).collect());
        match listed.or_else(|| target.elements()) {
            Some(extents) => self.output(x, &extents),
            None => Ok(Vec::new()),
        }
    }

    fn evaluate(&self, inputs: &[Option<&Tensor>]) -> Result<Vec<Tensor>, Message> {
        let shape = known::output_shapes(self, inputs)?.swap_remove(0);
        let reshaped = known::tensor(inputs, 0)?.reshaped(&shape);
        Ok(vec![reshaped.ok_or(message!("reason-node-no-reshape"))?])
    }

    /// −1 for the one size that is open. Sizes of 0 mean something else in a target, so they are left to the run.
    fn target(&self, _before: &[Dim], after: &[Dim]) -> Option<Vec<i64>> {
        let open = after.iter().filter(|dim| dim.known().is_none()).count();
        let numbers = after.iter().map(|dim| match dim {
            Dim::Known(0) => None,
            Dim::Known(n) => i64::try_from(*n).ok(),
            Dim::Symbol(_) => Some(-1),
        });
        numbers.collect::<Option<_>>().filter(|_| open <= 1)
    }

    fn copies_where_zero(&self) -> bool {
        !self.allowzero
    }

    fn couple(&self, rule: &mut Rule<'_>) {
        rule.regroup();
    }

    fn uniform(&self, slice: &Slice<'_>) -> Option<f32> {
        slice.carried()
    }

    fn rewrite(&self, narrowing: &Narrowing<'_>) -> Result<Vec<Change>, Message> {
        let node = narrowing.node;
        let (Some(data), Some(out)) = (node.input(0), node.output(0)) else {
            return Ok(Vec::new());
        };
        let dims = |value| narrowing.dims_at_any_size(value);
        let target = dims(data)
            .zip(dims(out))
            .and_then(|(data, out)| self.cut_target(&data, &out));
        Ok(vec![match target {
            Some(target) => Change::Input(1, Tensor::from_i64(&[target.len()], target)),
            // The other sizes stay what they are at the run.
            None => {
                let lengths = narrowing.narrowed(out);
                Change::Elements(1, lengths.map(|(axis, left)| (axis, left as i64)).collect())
            }
        }])
    }

    fn is_view(&self) -> bool {
        true
    }
}

impl Reshape {
    fn output(&self, x: &Known, target: &[Extent]) -> Result<Vec<Known>, Message> {
        if target.len() > known::MAX_RANK {
            return Err(message!("reason-node-too-many-axes", axes = target.len()));
        }
        let mut shape = Vec::with_capacity(target.len());
        let mut open = None;
        for (axis, extent) in target.iter().enumerate() {
            shape.push(match extent {
                Extent::Number(-1) if open.is_none() => {
                    open = Some(axis);
                    Dim::Known(1)
                }
                Extent::Number(0) if !self.allowzero => {
                    let same = x.shape().get(axis).cloned();
                    same.ok_or(message!("reason-node-kept-axis"))?
                }
                extent => extent
                    .dim()
                    .ok_or(message!("reason-node-impossible-size"))?,
            });
        }
        let too_large = || message!("reason-node-too-large");
        let all = Product::of(x.shape()).ok_or_else(too_large)?;
        let stated = Product::of(&shape).ok_or_else(too_large)?;
        let unfit = || {
            let numbers: Vec<_> = target
                .iter()
                .map(|e| e.dim().map_or("?".into(), |d| d.to_string()))
                .collect();
            message!(
                "reason-node-reshape",
                from = known::display(x.shape()),
                to = numbers.join(", ")
            )
        };
        let symbolic = x
            .shape()
            .iter()
            .chain(&shape)
            .any(|dim| dim.known().is_none());
        match (open, all.divided_by(&stated)) {
            (Some(axis), Some(rest)) => shape[axis] = rest.dim(),
            (Some(axis), None) if symbolic => shape[axis] = Dim::unnamed(),
            // Sizes that are only known at run time may yet fit.
            (None, _) if symbolic || all == stated => {}
            _ => return Err(unfit()),
        }
        let out = Known::new(x.dtype(), shape);
        Ok(vec![out.with_sizes(x.sizes.clone())])
    }
}
