//! Convolution over one or two spatial axes.

use super::attributes::Attributes;
use super::backward::LearnContext;
use super::convolved::{self, Channels, Operands};
use super::coupling::{Axis, IndexMap, Reads, Rule, Weights};
use super::floats;
use super::known;
use super::linear::Linear;
use super::lowering::KernelContext;
use super::narrow::{Change, Narrowing};
use super::uniform::Slice;
use super::window::Window;
use super::{Known, LayerKind, Operator};
use crate::graph::{Graph, Node};
use crate::kernels::grad::Differentiable;
use crate::kernels::grad::conv::Convolved;
use crate::kernels::{Kernel, conv};
use crate::message::Message;
use crate::tensor::Tensor;
use ndarray::{ArrayD, Dimension, IxDyn};

/// `Conv`: data (batch, channels, spatial…), weights (out, in / group, kernel…), an optional bias (out).
#[derive(Debug, Clone, PartialEq)]
pub struct Conv {
    pub group: usize,
    pub window: Window,
}

impl Conv {
    pub fn parse(node: &Node, _opset: i64) -> Result<Self, Message> {
        let attributes = Attributes(node);
        Ok(Conv {
            group: attributes.positive("group", 1)?,
            window: Window::parse(node)?,
        })
    }

    /// One filter (or several) for each input channel. A convolution of one channel is an ordinary one.
    fn is_depthwise(&self, inputs: usize) -> bool {
        self.group > 1 && self.group == inputs
    }
}

impl Operator for Conv {
    fn infer(&self, inputs: &[Option<Known>]) -> Result<Vec<Known>, Message> {
        let Some(operands) = Operands::new(inputs)? else {
            return Ok(Vec::new());
        };
        let [filters, per_group] = operands.filters;
        if let Some(channels) = operands.channels.known()
            && (per_group.checked_mul(self.group) != Some(channels)
                || !filters.is_multiple_of(self.group))
        {
            return Err(message!(
                "reason-node-groups",
                channels = channels,
                groups = self.group,
                weights = operands.weights()
            ));
        }
        convolved::check_bias(inputs, filters)?;
        let lengths = self.window.outputs(&operands.spatial, &operands.kernel)?;
        convolved::output(inputs, operands.batch, filters, lengths)
    }

    fn evaluate(&self, inputs: &[Option<&Tensor>]) -> Result<Vec<Tensor>, Message> {
        let shape = known::output_shapes(self, inputs)?.swap_remove(0);
        let (x, w) = (floats::needed(inputs, 0)?, floats::needed(inputs, 1)?);
        let bias = floats::optional(inputs, 2)?;
        let spans = self.window.resolve(&x.shape()[2..], &w.shape()[2..])?;
        let per_filter: Vec<_> = (0..shape[1])
            .map(|f| w.index_axis(ndarray::Axis(0), f))
            .collect();
        let filters_per_group = shape[1] / self.group;
        let channels_per_group = w.shape()[1];
        let output = ArrayD::from_shape_fn(IxDyn(&shape), |at| {
            let (sample, filter) = (at[0], at[1]);
            let first = filter / filters_per_group * channels_per_group;
            let start = bias.as_ref().map_or(0.0, |b| f64::from(b[[filter]]));
            let mut sum = start;
            for (k, &weight) in per_filter[filter].indexed_iter() {
                let mut place = Vec::with_capacity(at.ndim());
                place.extend([sample, first + k[0]]);
                for (axis, span) in spans.iter().enumerate() {
                    place.extend(span.reads(at[axis + 2], k[axis + 1]));
                }
                // A position in the padding reads a zero.
                if place.len() == at.ndim() {
                    sum += f64::from(weight) * f64::from(x[&place[..]]);
                }
            }
            sum as f32
        });
        floats::output(output, known::tensor(inputs, 0)?)
    }

    fn macs(&self, inputs: &[Option<Vec<usize>>], output: &[usize]) -> u64 {
        // Each output element reads a whole filter.
        let filter = inputs.get(1).and_then(Option::as_ref);
        let reads = filter.map_or(0, |w| known::count(w.get(1..).unwrap_or_default()));
        known::count(output).saturating_mul(reads)
    }

    fn matrices(&self) -> &'static [usize] {
        &[1]
    }

    fn layer_kind(&self, matrix: &[usize], channels: Option<usize>) -> LayerKind {
        let is_depthwise = channels == Some(self.group) || matrix.get(1) == Some(&1);
        match self.group > 1 {
            true if is_depthwise => LayerKind::Depthwise,
            true => LayerKind::Grouped,
            false if matrix.iter().skip(2).all(|&size| size == 1) => LayerKind::Pointwise,
            false => LayerKind::Convolution,
        }
    }

    fn slides(&self) -> bool {
        true
    }

    fn couple(&self, rule: &mut Rule<'_>) {
        let Some(channels) = Channels::couple(rule) else {
            return;
        };
        let Channels {
            stored,
            read,
            made,
            inputs,
            outputs,
        } = channels;
        let (filters, weights_read) = (Axis::of(stored, 0), Axis::of(stored, 1));
        rule.same(made, filters);
        let (each_in, each_out) = (inputs / self.group, outputs / self.group);
        let depthwise = self.is_depthwise(inputs);
        if depthwise {
            // Channel c is read by filters c·each_out and on.
            let map = IndexMap::identity().digit(each_out.max(1), inputs);
            rule.link(made, read, map);
        } else {
            // All groups lose the same channels, or they would no longer be equal.
            let map = IndexMap::identity().digit(1, each_in.max(1));
            rule.link(read, weights_read, map);
            if self.group > 1 {
                let map = IndexMap::identity().digit(1, each_out.max(1));
                rule.link(filters, filters, map);
            }
        }
        rule.weights(Weights {
            tensor: stored,
            makes: 0,
            out: made,
            bias: rule.is_stored_or_absent(2).then_some(2),
            reads: (!depthwise).then_some(Reads {
                axis: 1,
                data: read,
                period: each_in.max(1),
            }),
        });
    }

    /// A filter that is all zero leaves the bias.
    fn uniform(&self, slice: &Slice<'_>) -> Option<f32> {
        convolved::uniform(slice)
    }

    fn response(&self, graph: &Graph, node: &Node, channels: &[(usize, f32)]) -> Option<Vec<f32>> {
        if !self.window.has_no_border() {
            return None;
        }
        let weights = graph.constant(node.input(1)?)?;
        let &[outputs, each_in, ..] = weights.shape() else {
            return None;
        };
        let each_out = outputs / self.group;
        let size: usize = weights.shape()[2..].iter().product();
        let numbers = weights.floats()?;
        let mut response = vec![0f64; outputs];
        for &(channel, constant) in channels {
            let (group, within) = (channel / each_in, channel % each_in);
            for out in group * each_out..(group + 1) * each_out {
                let kernel = &numbers
                    .get((out * each_in + within) * size..)?
                    .get(..size)?;
                let sum: f64 = kernel.iter().map(|&w| f64::from(w)).sum();
                *response.get_mut(out)? += f64::from(constant) * sum;
            }
        }
        Some(response.into_iter().map(|x| x as f32).collect())
    }

    fn rewrite(&self, narrowing: &Narrowing<'_>) -> Result<Vec<Change>, Message> {
        Ok(convolved::rewrite(narrowing, self.group))
    }

    fn learned(&self) -> &'static [usize] {
        &[1, 2]
    }

    fn differentiable(
        &self,
        context: &LearnContext<'_>,
    ) -> Result<Option<Box<dyn Differentiable>>, Message> {
        let (data, weights) = (context.needed(0)?, context.needed(1)?);
        let Some((rows, columns)) = context.spans(&self.window, &weights[2..])? else {
            return Ok(None);
        };
        Ok(Some(Box::new(Convolved::new(conv::Shape {
            batch: data[0],
            inputs: data[1],
            outputs: weights[0],
            groups: self.group,
            rows,
            columns,
        }))))
    }

    fn linear(&self, context: &LearnContext<'_>) -> Result<Option<Linear>, Message> {
        let (data, weights) = (context.needed(0)?, context.needed(1)?);
        let spans = context.spans(&self.window, &weights[2..])?;
        Ok(spans.map(|spans| Linear::windows(context, self.group, spans, [data[1], weights[0]])))
    }

    fn takes_epilogue(&self) -> bool {
        true
    }

    fn kernel(&self, context: &KernelContext<'_>) -> Result<Option<Box<dyn Kernel>>, Message> {
        let (Some(data), Some(shape), Some(weights)) =
            (context.shape(0), context.shape(1), context.floats(1))
        else {
            return Ok(None);
        };
        let spans = context.spans(&self.window, &shape[2..])?;
        let (Some((rows, columns)), Some(bias)) = (spans, context.bias(2, shape[0])) else {
            return Ok(None);
        };
        let shape = conv::Shape {
            batch: data[0],
            inputs: data[1],
            outputs: shape[0],
            groups: self.group,
            rows,
            columns,
        };
        let (mut weights, mut bias) = (weights.into_owned(), bias);
        let depth = shape.depth();
        context.fold_affine(&mut bias, |o, scale| {
            weights[o * depth..][..depth]
                .iter_mut()
                .for_each(|w| *w *= scale);
        });
        let (residual, activation) = (context.epilogue.residual, context.epilogue.activation);
        let kernel = conv::convolution(shape, &weights, &bias, residual, activation);
        Ok(Some(kernel))
    }
}
