//! Reduction along axes.

use super::attributes::Attributes;
use super::axes::AxesFrom;
use super::axes::axis;
use super::backward::LearnContext;
use super::coupling::{Axis, Rule};
use super::known;
use super::uniform::Slice;
use super::{Known, Operator};
use crate::graph::Dim;
use crate::graph::Node;
use crate::kernels::grad::Differentiable;
use crate::kernels::grad::reduce::{Kind, Reduced};
use crate::message::Message;
use crate::tensor::DType;
use crate::tensor::Tensor;
use ndarray::{ArrayD, IxDyn};

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
    pub fn parse(node: &Node, opset: i64) -> Result<Self, Message> {
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
    fn infer(&self, inputs: &[Option<Known>]) -> Result<Vec<Known>, Message> {
        let x = known::needed(inputs, 0)?;
        let axes = match (&self.axes, known::given(inputs, 1)) {
            (AxesFrom::Attribute(axes), _) => axes.clone(),
            (AxesFrom::Input, None) => None,
            (AxesFrom::Input, Some(axes)) => match axes.numbers() {
                Some(axes) => Some(axes),
                None => return Ok(Vec::new()),
            },
        };
        let gone = self.gone(axes, x.rank())?;
        let mut shape = Vec::with_capacity(x.rank());
        for (dim, gone) in x.shape().iter().zip(gone) {
            match (gone, self.keepdims) {
                (false, _) => shape.push(dim.clone()),
                (true, true) => shape.push(Dim::Known(1)),
                (true, false) => {}
            }
        }
        Ok(vec![Known::new(x.dtype(), shape)])
    }

    fn evaluate(&self, inputs: &[Option<&Tensor>]) -> Result<Vec<Tensor>, Message> {
        let shape = known::output_shapes(self, inputs)?.swap_remove(0);
        let x = known::tensor(inputs, 0)?;
        let axes = match &self.axes {
            AxesFrom::Attribute(axes) => axes.clone(),
            AxesFrom::Input => inputs.get(1).copied().flatten().and_then(Tensor::integers),
        };
        let gone = self.gone(axes, x.shape().len())?;
        let Some(Tensor::F64(wide)) = x.cast(DType::F64) else {
            return Err(message!(
                "reason-node-element-type",
                elementType = format!("{:?}", x.dtype())
            ));
        };
        let kept: Vec<usize> = (0..gone.len())
            .map(|axis| if gone[axis] { 1 } else { wide.shape()[axis] })
            .collect();
        let start = match self.kind {
            ReduceKind::Mean | ReduceKind::Sum => 0.0,
            ReduceKind::Max => f64::NEG_INFINITY,
            ReduceKind::Min => f64::INFINITY,
        };
        let mut result = ArrayD::from_elem(IxDyn(&kept), start);
        for (at, &x) in wide.indexed_iter() {
            let place: Vec<usize> = (0..gone.len())
                .map(|axis| if gone[axis] { 0 } else { at[axis] })
                .collect();
            let sum = &mut result[&place[..]];
            *sum = match self.kind {
                ReduceKind::Mean | ReduceKind::Sum => *sum + x,
                ReduceKind::Max => sum.max(x),
                ReduceKind::Min => sum.min(x),
            };
        }
        if self.kind == ReduceKind::Mean {
            result /= wide.len() as f64 / result.len() as f64;
        }
        let result = Tensor::F64(result)
            .reshaped(&shape)
            .and_then(|t| t.cast(x.dtype()));
        Ok(vec![result.ok_or(message!("reason-node-element-types"))?])
    }

    fn couple(&self, rule: &mut Rule<'_>) {
        let (Some(data), Some(out)) = (rule.node.input(0), rule.node.output(0)) else {
            return;
        };
        let rank = rule.rank(data);
        let Some(reduced) = self.reduced(rule, rank) else {
            return rule.freeze_all(&message!("reason-frozen-reduced-unknown"));
        };
        let mut to = 0;
        for (from, &gone) in reduced.iter().enumerate() {
            if gone {
                rule.freeze(Axis::of(data, from), &message!("reason-frozen-reduction"));
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

    fn differentiable(
        &self,
        context: &LearnContext<'_>,
    ) -> Result<Option<Box<dyn Differentiable>>, Message> {
        let kind = match self.kind {
            ReduceKind::Mean => Kind::Mean,
            ReduceKind::Sum => Kind::Sum,
            ReduceKind::Max => Kind::Max,
            ReduceKind::Min => Kind::Min,
        };
        let data = context.needed(0)?;
        let axes = match &self.axes {
            AxesFrom::Attribute(axes) => axes.clone(),
            AxesFrom::Input => context.constant(1).and_then(Tensor::integers),
        };
        let gone = self.gone(axes, data.len())?;
        let lengths = data.iter().zip(gone);
        let kept: Vec<usize> = lengths.map(|(&n, gone)| if gone { 1 } else { n }).collect();
        Ok(Some(Box::new(Reduced::new(kind, data, &kept))))
    }
}

impl Reduce {
    /// Which axes are reduced.
    fn gone(&self, axes: Option<Vec<i64>>, rank: usize) -> Result<Vec<bool>, Message> {
        let Some(axes) = axes.filter(|axes| !axes.is_empty()) else {
            return Ok(vec![!self.noop_with_empty_axes; rank]);
        };
        let mut gone = vec![false; rank];
        for at in axes {
            gone[axis(at, rank)?] = true;
        }
        Ok(gone)
    }
}
