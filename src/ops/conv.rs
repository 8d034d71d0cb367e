//! Convolution over one or two spatial axes.

use super::attributes::Attributes;
use super::backward::LearnContext;
use super::coupling::{Axis, IndexMap, Reads, Rule, Weights};
use super::floats;
use super::known;
use super::linear::Linear;
use super::lowering::KernelContext;
use super::narrow::{Change, Narrowing};
use super::uniform::Slice;
use super::window::Window;
use super::{Known, LayerKind, Operator};
use crate::graph::Dim;
use crate::graph::{Attribute, Graph, Node};
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
        let (x, w) = (known::needed(inputs, 0)?, known::needed(inputs, 1)?);
        let [batch, channels, spatial @ ..] = x.shape() else {
            return Err(message!(
                "reason-node-needs-batch",
                shape = known::display(x.shape())
            ));
        };
        let Some(weights) = w.ty.known_shape() else {
            return Ok(Vec::new());
        };
        let [filters, per_group, kernel @ ..] = &weights[..] else {
            return Err(message!(
                "reason-node-weights-axes",
                weights = format!("{weights:?}")
            ));
        };
        if kernel.len() != spatial.len() {
            return Err(message!(
                "reason-node-weights",
                weights = format!("{weights:?}"),
                data = known::display(x.shape())
            ));
        }
        if let Some(channels) = channels.known()
            && (per_group.checked_mul(self.group) != Some(channels)
                || !filters.is_multiple_of(self.group))
        {
            return Err(message!(
                "reason-node-groups",
                channels = channels,
                groups = self.group,
                weights = format!("{weights:?}")
            ));
        }
        if let Some(bias) = known::given(inputs, 2)
            && bias.shape() != [Dim::Known(*filters)]
        {
            let shape = known::display(bias.shape());
            return Err(message!(
                "reason-node-bias",
                filters = filters,
                shape = shape
            ));
        }
        let Some(spatial) = spatial.iter().map(Dim::known).collect::<Option<Vec<_>>>() else {
            return Ok(Vec::new());
        };
        let mut shape = vec![batch.clone(), Dim::Known(*filters)];
        let spans = self.window.resolve(&spatial, kernel)?;
        shape.extend(spans.iter().map(|span| Dim::Known(span.output)));
        Ok(vec![Known::new(x.dtype(), shape)])
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
        let node = rule.node;
        let (Some(data), Some(stored), Some(out)) = (node.input(0), node.input(1), node.output(0))
        else {
            return;
        };
        if !rule.is_stored_float(stored) {
            return rule.freeze_all(&message!("reason-frozen-computed-weights"));
        }
        rule.per_sample(&message!("reason-frozen-convolution"));
        for axis in 2..rule.rank(stored) {
            rule.freeze(
                Axis::of(stored, axis),
                &message!("reason-frozen-kernel-side"),
            );
        }
        let (Some(inputs), Some(outputs)) = (rule.size(data, 1), rule.size(out, 1)) else {
            return rule.freeze_all(&message!("reason-frozen-unknown-channels"));
        };
        let (channels, made, filters, read) = (
            Axis::of(data, 1),
            Axis::of(out, 1),
            Axis::of(stored, 0),
            Axis::of(stored, 1),
        );
        rule.same(made, filters);
        if let Some(bias) = node.input(2) {
            rule.same(made, Axis::of(bias, 0));
        }
        let (each_in, each_out) = (inputs / self.group, outputs / self.group);
        let depthwise = self.is_depthwise(inputs);
        if depthwise {
            // Channel c is read by filters c·each_out and on.
            let map = IndexMap::identity().digit(each_out.max(1), inputs);
            rule.link(made, channels, map);
        } else {
            // All groups lose the same channels, or they would no longer be equal.
            let map = IndexMap::identity().digit(1, each_in.max(1));
            rule.link(channels, read, map);
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
                data: channels,
                period: each_in.max(1),
            }),
        });
    }

    /// A filter that is all zero leaves the bias.
    fn uniform(&self, slice: &Slice<'_>) -> Option<f32> {
        match slice.node.input(2) {
            _ if slice.axis != 1 => None,
            None => Some(0.0),
            Some(_) => slice.input_at(2, 0, slice.index),
        }
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
        let Some(data) = narrowing.node.input(0) else {
            return Ok(Vec::new());
        };
        let before = narrowing.length(data, 1).unwrap_or(0);
        Ok(match narrowing.kept(data, 1) {
            Some(kept) if self.is_depthwise(before) => {
                let group = Attribute::Int(kept.len() as i64);
                vec![Change::Attribute("group", group)]
            }
            _ => Vec::new(),
        })
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
