//! Removing and inserting axes of length 1.

use super::axes::AxesFrom;
use super::axes::axis;
use super::coupling::Rule;
use super::known;
use super::uniform::Slice;
use super::{Known, Operator};
use crate::graph::Dim;
use crate::graph::Node;
use crate::message::Message;
use crate::tensor::Tensor;

/// `Squeeze`: without axes, all of length 1 go.
#[derive(Debug, Clone, PartialEq)]
pub struct Squeeze {
    pub axes: AxesFrom,
}

/// `Unsqueeze`: the axes are those of the output.
#[derive(Debug, Clone, PartialEq)]
pub struct Unsqueeze {
    pub axes: AxesFrom,
}

impl Squeeze {
    pub fn parse(node: &Node, opset: i64) -> Result<Self, Message> {
        Ok(Squeeze {
            axes: AxesFrom::parse(node, opset, 13)?,
        })
    }
}

impl Unsqueeze {
    pub fn parse(node: &Node, opset: i64) -> Result<Self, Message> {
        Ok(Unsqueeze {
            axes: AxesFrom::parse(node, opset, 13)?,
        })
    }
}

impl Operator for Squeeze {
    fn infer(&self, inputs: &[Option<Known>]) -> Result<Vec<Known>, Message> {
        let x = known::needed(inputs, 0)?;
        let Some(axes) = self.axes.known(inputs) else {
            return Ok(Vec::new());
        };
        let mut gone = vec![false; x.rank()];
        match axes {
            Some(axes) => {
                for at in axes {
                    let at = axis(at, x.rank())?;
                    if x.shape()[at].known().is_some_and(|n| n != 1) {
                        return Err(message!(
                            "reason-node-removes-axis",
                            axis = at,
                            length = x.shape()[at]
                        ));
                    }
                    gone[at] = true;
                }
            }
            None => gone = x.shape().iter().map(|dim| *dim == Dim::Known(1)).collect(),
        }
        let left = x.shape().iter().zip(gone).filter(|(_, gone)| !gone);
        let shape = left.map(|(dim, _)| dim.clone()).collect();
        Ok(vec![
            Known::new(x.dtype(), shape).with_sizes(x.sizes.clone()),
        ])
    }

    fn evaluate(&self, inputs: &[Option<&Tensor>]) -> Result<Vec<Tensor>, Message> {
        let shape = known::output_shapes(self, inputs)?.swap_remove(0);
        let reshaped = known::tensor(inputs, 0)?.reshaped(&shape);
        Ok(vec![reshaped.ok_or(message!("reason-node-no-reshape"))?])
    }

    fn couple(&self, rule: &mut Rule<'_>) {
        rule.regroup();
    }

    fn uniform(&self, slice: &Slice<'_>) -> Option<f32> {
        slice.carried()
    }

    fn is_view(&self) -> bool {
        true
    }
}

impl Operator for Unsqueeze {
    fn infer(&self, inputs: &[Option<Known>]) -> Result<Vec<Known>, Message> {
        let x = known::needed(inputs, 0)?;
        let Some(axes) = self.axes.known(inputs) else {
            return Ok(Vec::new());
        };
        let axes = axes.ok_or(message!("reason-node-no-axes"))?;
        let rank = x.rank() + axes.len();
        if rank > known::MAX_RANK {
            return Err(message!("reason-node-too-many-axes", axes = rank));
        }
        let mut inserted = vec![false; rank];
        for at in axes {
            if std::mem::replace(&mut inserted[axis(at, rank)?], true) {
                return Err(message!("reason-node-axis-twice"));
            }
        }
        let mut dims = x.shape().iter().cloned();
        let shape = inserted.into_iter().map(|inserted| match inserted {
            true => Dim::Known(1),
            false => dims.next().unwrap_or(Dim::Known(1)),
        });
        let out = Known::new(x.dtype(), shape.collect());
        Ok(vec![out.with_sizes(x.sizes.clone())])
    }

    fn evaluate(&self, inputs: &[Option<&Tensor>]) -> Result<Vec<Tensor>, Message> {
        let shape = known::output_shapes(self, inputs)?.swap_remove(0);
        let reshaped = known::tensor(inputs, 0)?.reshaped(&shape);
        Ok(vec![reshaped.ok_or(message!("reason-node-no-reshape"))?])
    }

    fn couple(&self, rule: &mut Rule<'_>) {
        rule.regroup();
    }

    fn uniform(&self, slice: &Slice<'_>) -> Option<f32> {
        slice.carried()
    }

    fn is_view(&self) -> bool {
        true
    }
}
