//! Reduction along axes.

use super::attributes::Attributes;
use super::axes::AxesFrom;
use super::axes::axis;
use super::backward::LearnContext;
use super::coupling::{Axis, Rule};
use super::doubles;
use super::known;
use super::lowering::KernelContext;
use super::places;
use super::uniform::Slice;
use super::{Known, Operator};
use crate::graph::Dim;
use crate::graph::Node;
use crate::graph::ValueId;
use crate::kernels::Kernel;
use crate::kernels::grad::Differentiable;
use crate::kernels::grad::reduce::{self, Kind};
use crate::kernels::reduce::{Reduce as Reduced, Reduction};
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

/// Whether a mean is one of the two of a layer normalization that is spelled out: the mean that is subtracted from what it is of, or the
/// mean of the squares of what is left.
fn is_of_normalization(rule: &Rule<'_>) -> bool {
    let (graph, node) = (rule.graph, rule.node);
    let (data, mean) = (node.input(0), node.output(0));
    let standard =
        |node: &&Node, operator: &str| node.op_type == operator && node.domain.is_empty();
    let maker = |value: Option<ValueId>| {
        let mut nodes = graph.nodes.iter();
        nodes.find(|node| value.is_some() && node.outputs.contains(&value))
    };
    let centers = |node: &&Node| {
        let subtracts = |mean: &Node| mean.input(0) == node.input(0);
        let mean = maker(node.input(1)).filter(|mean| mean.op_type == "ReduceMean");
        standard(node, "Sub") && mean.is_some_and(subtracts)
    };
    let is_first = || {
        let mut nodes = graph.nodes.iter();
        nodes.any(|node| node.inputs[..] == [data, mean] && standard(&node, "Sub"))
    };
    let squares = maker(data).filter(|node| {
        standard(node, "Pow") || standard(node, "Mul") && node.input(0) == node.input(1)
    });
    is_first()
        || squares.is_some_and(|node| maker(node.input(0)).is_some_and(|node| centers(&node)))
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
        let why = match self.kind == ReduceKind::Mean && is_of_normalization(rule) {
            true => message!("reason-frozen-layer-norm"),
            false => message!("reason-frozen-reduction"),
        };
        let mut to = 0;
        for (from, &gone) in reduced.iter().enumerate() {
            if gone {
                rule.freeze(Axis::of(data, from), &why);
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

    fn kernel(&self, context: &KernelContext<'_>) -> Result<Option<Box<dyn Kernel>>, Message> {
        let reduction = match self.kind {
            ReduceKind::Mean => Reduction::Mean,
            ReduceKind::Sum => Reduction::Sum,
            ReduceKind::Max => Reduction::Max,
            ReduceKind::Min => Reduction::Min,
            ReduceKind::L1 => Reduction::L1,
            ReduceKind::L2 => Reduction::L2,
            ReduceKind::SumOfSquares => Reduction::SumOfSquares,
            ReduceKind::Product | ReduceKind::LogOfSum | ReduceKind::LogSumExp => return Ok(None),
        };
        let axes = match &self.axes {
            AxesFrom::Attribute(axes) => axes.clone(),
            AxesFrom::Input => context.constant(1).and_then(Tensor::integers),
        };
        let Some(shape) = context
            .shape(0)
            .filter(|_| context.has(1) == context.constant(1).is_some())
        else {
            return Ok(None);
        };
        let gone = self.gone(axes, shape.len())?;
        // Where nothing is reduced, the definition is the simplest.
        if !gone.contains(&true) {
            return Ok(None);
        }
        let lengths = shape.iter().zip(gone);
        let kept: Vec<usize> = lengths.map(|(&n, gone)| if gone { 1 } else { n }).collect();
        Ok(Some(Box::new(Reduced::new(reduction, shape, &kept))))
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
        Ok(Some(Box::new(reduce::Reduced::new(kind, data, &kept))))
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
