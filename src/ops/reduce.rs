//! Reduction along axes.

use super::attributes::Attributes;
use super::axes::AxesFrom;
use super::axes::axis;
use super::backward::LearnContext;
use super::coupling::{Axis, Rule};
use super::doubles;
use super::known;
use super::places;
use super::uniform::Slice;
use super::{Known, Operator};
use crate::graph::Dim;
use crate::graph::Node;
use crate::kernels::grad::Differentiable;
use crate::kernels::grad::reduce::{Kind, Reduced};
use crate::message::Message;
use crate::tensor::Tensor;

/// What the numbers along the axes become.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReduceKind {
    Mean,
    Sum,
    Max,
    Min,
    Product,
    /// The sum of magnitudes.
    L1,
    /// The root of the sum of squares.
    L2,
    SumOfSquares,
    LogOfSum,
    /// The logarithm of the sum of exponentials.
    LogSumExp,
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
            "ReduceProd" => (ReduceKind::Product, 18),
            "ReduceL1" => (ReduceKind::L1, 18),
            "ReduceL2" => (ReduceKind::L2, 18),
            "ReduceSumSquare" => (ReduceKind::SumOfSquares, 18),
            "ReduceLogSum" => (ReduceKind::LogOfSum, 18),
            "ReduceLogSumExp" => (ReduceKind::LogSumExp, 18),
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
        let numbers = doubles::numbers(x)?;
        // Where each element's result is.
        let lengths = x.shape().iter().zip(&gone);
        let kept: Vec<usize> = lengths
            .map(|(&n, &gone)| if gone { 1 } else { n })
            .collect();
        let mut steps = places::strides(&kept);
        for (step, &gone) in steps.iter_mut().zip(&gone) {
            *step *= usize::from(!gone);
        }
        let places = places::walk(x.shape(), &steps);
        let count: usize = kept.iter().product();
        let mut largest = vec![f64::NEG_INFINITY; count];
        if self.kind == ReduceKind::LogSumExp {
            for (&x, &at) in numbers.iter().zip(&places) {
                largest[at] = largest[at].max(x);
            }
        }
        let start = match self.kind {
            ReduceKind::Max => f64::NEG_INFINITY,
            ReduceKind::Min => f64::INFINITY,
            ReduceKind::Product => 1.0,
            _ => 0.0,
        };
        let mut result = vec![start; count];
        for (&x, &at) in numbers.iter().zip(&places) {
            let sum = &mut result[at];
            *sum = match self.kind {
                ReduceKind::Mean | ReduceKind::Sum | ReduceKind::LogOfSum => *sum + x,
                ReduceKind::Max => sum.max(x),
                ReduceKind::Min => sum.min(x),
                ReduceKind::Product => *sum * x,
                ReduceKind::L1 => *sum + x.abs(),
                ReduceKind::L2 | ReduceKind::SumOfSquares => *sum + x * x,
                ReduceKind::LogSumExp if largest[at].is_finite() => *sum + (x - largest[at]).exp(),
                ReduceKind::LogSumExp => *sum,
            };
        }
        for (sum, &most) in result.iter_mut().zip(&largest) {
            *sum = match self.kind {
                ReduceKind::Mean => *sum / (numbers.len() as f64 / count as f64),
                ReduceKind::L2 => sum.sqrt(),
                ReduceKind::LogOfSum => sum.ln(),
                ReduceKind::LogSumExp if most.is_finite() => most + sum.ln(),
                ReduceKind::LogSumExp => most,
                _ => *sum,
            };
        }
        Ok(vec![doubles::tensor(x.dtype(), &shape, result)?])
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
        let as_inside = matches!(
            self.kind,
            ReduceKind::Mean | ReduceKind::Max | ReduceKind::Min
        );
        let sums = matches!(
            self.kind,
            ReduceKind::Sum | ReduceKind::L1 | ReduceKind::L2 | ReduceKind::SumOfSquares
        );
        (as_inside || sums && inside == 0.0).then_some(inside)
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
            _ => return Ok(None),
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
