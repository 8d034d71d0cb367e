//! Splitting a tensor along an axis.

use super::attributes::Attributes;
use super::axes::axis;
use super::backward::{LearnContext, moved};
use super::coupling::{Axis, IndexMap, Rule};
use super::known;
use super::lowering::KernelContext;
use super::narrow::{Change, Narrowing};
use super::uniform::Slice;
use super::{Known, Operator};
use crate::graph::Dim;
use crate::graph::{Attribute, Graph, Node, ValueId};
use crate::kernels::Kernel;
use crate::kernels::copy::Parted;
use crate::kernels::grad::Differentiable;
use crate::message::Message;
use crate::tensor::Tensor;

/// `Split` along `axis`.
#[derive(Debug, Clone, PartialEq)]
pub struct Split {
    /// May be negative: counted from the end.
    pub axis: i64,
    pub parts: Parts,
    /// How many outputs the node has.
    pub outputs: usize,
}

/// Where the lengths of the parts come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Parts {
    Attribute(Vec<usize>),
    /// The second input.
    Input,
    /// As equal as can be, the last one shorter.
    Equal,
}

impl Split {
    pub fn parse(node: &Node, opset: i64) -> Result<Self, Message> {
        let attributes = Attributes(node);
        let parts = if opset >= 13 {
            match node.input(1) {
                Some(_) => Parts::Input,
                None => Parts::Equal,
            }
        } else {
            match attributes.sizes("split")? {
                Some(lengths) => Parts::Attribute(lengths),
                None => Parts::Equal,
            }
        };
        Ok(Split {
            axis: attributes.int("axis", 0)?,
            parts,
            outputs: node.outputs.len(),
        })
    }

    /// The tensor that is split, the axis, and the lengths of the parts.
    fn layout(&self, graph: &Graph, node: &Node) -> Option<(ValueId, usize, Vec<usize>)> {
        let data = node.input(0)?;
        let shape = &graph.value(data).ty.as_ref()?.shape;
        let along = axis(self.axis, shape.len()).ok()?;
        let total = shape[along].known()?;
        let lengths = match &self.parts {
            Parts::Attribute(lengths) => lengths.clone(),
            Parts::Input => {
                let lengths = graph.constant(node.input(1)?)?.integers()?;
                let lengths = lengths.into_iter().map(|n| usize::try_from(n).ok());
                lengths.collect::<Option<_>>()?
            }
            Parts::Equal => {
                let each = total.div_ceil(self.outputs.max(1));
                let parts = 0..self.outputs;
                let parts = parts.map(|at| total.saturating_sub(at * each).min(each));
                parts.collect()
            }
        };
        let sum = lengths
            .iter()
            .try_fold(0usize, |sum, n| sum.checked_add(*n));
        (sum == Some(total)).then_some((data, along, lengths))
    }
}

impl Operator for Split {
    fn infer(&self, inputs: &[Option<Known>]) -> Result<Vec<Known>, Message> {
        let x = known::needed(inputs, 0)?;
        let along = axis(self.axis, x.rank())?;
        let given = match &self.parts {
            Parts::Attribute(lengths) => Some(lengths.clone()),
            Parts::Equal => None,
            Parts::Input => match known::needed(inputs, 1)?.numbers() {
                Some(numbers) => Some(
                    (numbers
                        .into_iter()
                        .map(usize::try_from)
                        .collect::<Result<_, _>>())
                    .map_err(|_| message!("reason-node-negative-parts"))?,
                ),
                None => return Ok(Vec::new()),
            },
        };
        let lengths = match (given, x.shape()[along].known()) {
            (Some(lengths), Some(total)) => {
                let sum = lengths
                    .iter()
                    .try_fold(0usize, |sum, &n| sum.checked_add(n));
                if sum != Some(total) || lengths.len() < self.outputs {
                    return Err(message!(
                        "reason-node-split",
                        total = total,
                        lengths = format!("{lengths:?}")
                    ));
                }
                lengths
            }
            (Some(lengths), None) => lengths,
            (None, Some(total)) => {
                let each = total.div_ceil(self.outputs.max(1));
                (0..self.outputs)
                    .map(|at| total.saturating_sub(at * each).min(each))
                    .collect()
            }
            (None, None) => {
                let mut shape = x.shape().to_vec();
                shape[along] = Dim::unnamed();
                return Ok(vec![Known::new(x.dtype(), shape); self.outputs]);
            }
        };
        let mut start = 0;
        let parts = lengths.into_iter().take(self.outputs).map(|length| {
            let mut shape = x.shape().to_vec();
            shape[along] = Dim::Known(length);
            let sizes = x
                .sizes
                .as_ref()
                .and_then(|s| Some(s.get(start..start + length)?.to_vec()));
            start += length;
            Known::new(x.dtype(), shape).with_sizes(sizes)
        });
        Ok(parts.collect())
    }

    fn evaluate(&self, inputs: &[Option<&Tensor>]) -> Result<Vec<Tensor>, Message> {
        let shapes = known::output_shapes(self, inputs)?;
        let x = known::tensor(inputs, 0)?;
        let along = axis(self.axis, x.shape().len())?;
        let mut start = 0;
        let parts = shapes.iter().map(|shape| {
            let indices: Vec<usize> = (start..start + shape[along]).collect();
            start += shape[along];
            x.select(along, &indices)
                .ok_or_else(|| message!("reason-node-this-element-type"))
        });
        parts.collect()
    }

    fn couple(&self, rule: &mut Rule<'_>) {
        let Some((data, along, lengths)) = self.layout(rule.graph, rule.node) else {
            return rule.freeze_all(&message!("reason-frozen-split"));
        };
        let mut offset = 0;
        for (part, length) in rule.node.outputs.iter().zip(lengths) {
            if let Some(part) = *part {
                for axis in (0..rule.rank(part)).filter(|&axis| axis != along) {
                    rule.same(Axis::of(data, axis), Axis::of(part, axis));
                }
                let map = IndexMap::identity().shift(offset as isize);
                rule.link(Axis::of(part, along), Axis::of(data, along), map);
            }
            offset += length;
        }
    }

    fn uniform(&self, slice: &Slice<'_>) -> Option<f32> {
        slice.carried()
    }

    fn rewrite(&self, narrowing: &Narrowing<'_>) -> Result<Vec<Change>, Message> {
        let layout = self.layout(narrowing.graph, narrowing.node);
        let (data, along, lengths) = layout.ok_or(message!("reason-node-unknown-parts"))?;
        let mut lengths_left = Vec::with_capacity(lengths.len());
        let mut offset = 0;
        for length in lengths {
            let left = narrowing.count(data, along, offset, offset + length);
            lengths_left.push(left as i64);
            offset += length;
        }
        let as_attribute = match &self.parts {
            Parts::Attribute(_) => true,
            Parts::Input => false,
            Parts::Equal => narrowing.graph.opset() < 13,
        };
        Ok(if as_attribute {
            vec![Change::Attribute("split", Attribute::Ints(lengths_left))]
        } else {
            let lengths = Tensor::from_i64(&[lengths_left.len()], lengths_left);
            vec![
                Change::Input(1, lengths),
                Change::NoAttribute("num_outputs"),
            ]
        })
    }

    fn kernel(&self, context: &KernelContext<'_>) -> Result<Option<Box<dyn Kernel>>, Message> {
        let axis = axis(self.axis, context.outputs[0].len())?;
        let parts = context
            .outputs
            .iter()
            .map(|shape| shape[axis..].iter().product());
        Ok(Some(Box::new(Parted {
            parts: parts.collect(),
        })))
    }

    fn differentiable(
        &self,
        context: &LearnContext<'_>,
    ) -> Result<Option<Box<dyn Differentiable>>, Message> {
        moved(self, context, |_| true, 0.0)
    }
}
