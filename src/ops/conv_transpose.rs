//! Transposed convolution.

use super::attributes::Attributes;
use super::backward::LearnContext;
use super::convolved::{self, Channels, Operands};
use super::coupling::{Axis, IndexMap, Reads, Rule, Weights};
use super::floats;
use super::known;
use super::lowering::KernelContext;
use super::narrow::{Change, Narrowing};
use super::uniform::Slice;
use super::window::{self, Padding, Span, Window};
use super::{Known, LayerKind, Operator};
use crate::graph::{Graph, Node};
use crate::kernels::Kernel;
use crate::kernels::conv::Shape;
use crate::kernels::grad::Differentiable;
use crate::kernels::grad::conv::Transposed;
use crate::kernels::transposed::transposed;
use crate::message::Message;
use crate::tensor::Tensor;
use ndarray::{ArrayD, Dimension, IxDyn};

/// `ConvTranspose`: data (batch, channels, spatial…), weights (in, out / group, kernel…), an optional bias (out).
#[derive(Debug, Clone, PartialEq)]
pub struct ConvTranspose {
    pub group: usize,
    pub window: Window,
    /// Extra length at the end of each spatial axis; empty means none.
    pub output_padding: Vec<usize>,
    /// The spatial size to reach, where the padding follows from it.
    pub output_shape: Option<Vec<usize>>,
}

impl ConvTranspose {
    pub fn parse(node: &Node, _opset: i64) -> Result<Self, Message> {
        let attributes = Attributes(node);
        Ok(ConvTranspose {
            group: attributes.positive("group", 1)?,
            window: Window::parse(node)?,
            output_padding: attributes.sizes("output_padding")?.unwrap_or_default(),
            output_shape: attributes.sizes("output_shape")?,
        })
    }
}

impl Operator for ConvTranspose {
    fn infer(&self, inputs: &[Option<Known>]) -> Result<Vec<Known>, Message> {
        let Some(operands) = Operands::new(inputs)? else {
            return Ok(Vec::new());
        };
        let [reads, per_group] = operands.filters;
        let is_read_whole = operands.channels.known().is_none_or(|c| c == reads);
        if !is_read_whole || !reads.is_multiple_of(self.group) {
            return Err(message!(
                "reason-node-transposed-weights",
                weights = operands.weights(),
                groups = self.group,
                data = known::display(known::needed(inputs, 0)?.shape())
            ));
        }
        let filters = per_group
            .checked_mul(self.group)
            .ok_or(message!("reason-node-too-many-filters"))?;
        convolved::check_bias(inputs, filters)?;
        let lengths = window::lengths(&operands.spatial, |spatial| {
            // The span is that of the convolution this one transposes: its input is our output.
            let spans = self.spans(spatial, &operands.kernel)?;
            Ok(spans.iter().map(|span| span.input).collect())
        })?;
        convolved::output(inputs, operands.batch, filters, lengths)
    }

    fn evaluate(&self, inputs: &[Option<&Tensor>]) -> Result<Vec<Tensor>, Message> {
        let shape = known::output_shapes(self, inputs)?.swap_remove(0);
        let (x, w) = (floats::needed(inputs, 0)?, floats::needed(inputs, 1)?);
        let spans = self.spans(&x.shape()[2..], &w.shape()[2..])?;
        let (per_group, reads_per_group) = (w.shape()[1], x.shape()[1] / self.group);
        let mut output = ArrayD::<f32>::zeros(IxDyn(&shape));
        for (at, &number) in x.indexed_iter() {
            let group = at[1] / reads_per_group;
            for (k, &weight) in w.index_axis(ndarray::Axis(0), at[1]).indexed_iter() {
                let mut place = Vec::with_capacity(at.ndim());
                place.extend([at[0], group * per_group + k[0]]);
                for (axis, span) in spans.iter().enumerate() {
                    place.extend(span.reads(at[axis + 2], k[axis + 1]));
                }
                // What would land in the padding is dropped.
                if place.len() == at.ndim() {
                    output[&place[..]] += number * weight;
                }
            }
        }
        if let Some(bias) = floats::optional(inputs, 2)? {
            for (mut channel, &shift) in output.axis_iter_mut(ndarray::Axis(1)).zip(&bias) {
                channel += shift;
            }
        }
        floats::output(output, known::tensor(inputs, 0)?)
    }

    fn macs(&self, inputs: &[Option<Vec<usize>>], _output: &[usize]) -> u64 {
        // Each input element meets a whole filter.
        let shape = |i: usize| inputs.get(i).and_then(Option::as_ref);
        let elements = shape(0).map_or(0, |x| known::count(x));
        let reads = shape(1).map_or(0, |w| known::count(w.get(1..).unwrap_or_default()));
        elements.saturating_mul(reads)
    }

    fn matrices(&self) -> &'static [usize] {
        &[1]
    }

    fn layer_kind(&self, _matrix: &[usize], _channels: Option<usize>) -> LayerKind {
        LayerKind::Transposed
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
        let (weights_read, filters) = (Axis::of(stored, 0), Axis::of(stored, 1));
        rule.same(read, weights_read);
        let (each_in, each_out) = (inputs / self.group, outputs / self.group);
        let depthwise = self.group > 1 && self.group == inputs;
        if depthwise {
            let map = IndexMap::identity().digit(each_out.max(1), inputs);
            rule.link(made, read, map);
            let why = &message!("reason-frozen-depthwise");
            rule.freeze(filters, why);
        } else {
            // All groups lose the same channels, or they would no longer be equal.
            let map = IndexMap::identity().digit(1, each_out.max(1));
            rule.link(made, filters, map);
            if self.group > 1 {
                let map = IndexMap::identity().digit(1, each_in.max(1));
                rule.link(weights_read, weights_read, map);
            }
        }
        rule.weights(Weights {
            tensor: stored,
            makes: usize::from(!depthwise),
            out: made,
            bias: rule.is_stored_or_absent(2).then_some(2),
            reads: (!depthwise).then_some(Reads {
                axis: 0,
                data: read,
                period: inputs,
            }),
        });
    }

    fn uniform(&self, slice: &Slice<'_>) -> Option<f32> {
        convolved::uniform(slice)
    }

    /// Only a kernel of one element in steps of one adds the same at each position.
    fn response(&self, graph: &Graph, node: &Node, channels: &[(usize, f32)]) -> Option<Vec<f32>> {
        let weights = graph.constant(node.input(1)?)?;
        let &[inputs, each_out, ..] = weights.shape() else {
            return None;
        };
        let is_plain = weights.shape()[2..].iter().all(|&side| side == 1)
            && self.window.strides.iter().all(|&stride| stride == 1)
            && self.window.has_no_border()
            && self.output_padding.iter().all(|&extra| extra == 0)
            && self.output_shape.is_none();
        if !is_plain {
            return None;
        }
        let each_in = inputs / self.group;
        let numbers = weights.floats()?;
        let mut response = vec![0f64; each_out * self.group];
        for &(channel, constant) in channels {
            let group = channel / each_in;
            for k in 0..each_out {
                let weight = numbers.get(channel * each_out + k)?;
                *response.get_mut(group * each_out + k)? +=
                    f64::from(constant) * f64::from(*weight);
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
        let shape = self.shape(context.needed(0)?, context.needed(1)?)?;
        Ok(shape.map(|shape| Box::new(Transposed::new(shape)) as Box<dyn Differentiable>))
    }

    fn takes_epilogue(&self) -> bool {
        true
    }

    fn kernel(&self, context: &KernelContext<'_>) -> Result<Option<Box<dyn Kernel>>, Message> {
        let (Some(data), Some(sizes), Some(weights)) =
            (context.shape(0), context.shape(1), context.floats(1))
        else {
            return Ok(None);
        };
        let filters = sizes[1] * self.group;
        let (Some(shape), Some(mut bias)) = (self.shape(data, sizes)?, context.bias(2, filters))
        else {
            return Ok(None);
        };
        if context.outputs[0].contains(&0) || data.contains(&0) {
            return Ok(None);
        }
        let mut weights = weights.into_owned();
        let taps = shape.rows.kernel * shape.columns.kernel;
        let reads = shape.outputs / self.group;
        context.fold_affine(&mut bias, |filter, scale| {
            let (group, within) = (filter / sizes[1], filter % sizes[1]);
            for channel in group * reads..(group + 1) * reads {
                let kernel = &mut weights[(channel * sizes[1] + within) * taps..][..taps];
                kernel.iter_mut().for_each(|w| *w *= scale);
            }
        });
        let (residual, activation) = (context.epilogue.residual, context.epilogue.activation);
        let kernel = transposed(shape, &weights, &bias, residual, activation);
        Ok(Some(kernel))
    }
}

impl ConvTranspose {
    /// The sizes of the convolution that this one transposes, for these of the data and the weights. `None` for more than two
    /// spatial axes.
    fn shape(&self, data: &[usize], weights: &[usize]) -> Result<Option<Shape>, Message> {
        let spans = self.spans(&data[2..], &weights[2..])?;
        Ok(window::planar(&spans).map(|(rows, columns)| Shape {
            batch: data[0],
            inputs: weights[1] * self.group,
            outputs: data[1],
            groups: self.group,
            rows,
            columns,
        }))
    }

    /// Along each spatial axis, the convolution that this one transposes: its output is our input.
    pub fn spans(&self, spatial: &[usize], kernel: &[usize]) -> Result<Vec<Span>, Message> {
        self.window.check(kernel)?;
        let lists = [Some(&self.output_padding), self.output_shape.as_ref()];
        let lengths = lists.into_iter().flatten().map(Vec::len);
        if lengths.into_iter().any(|n| n != 0 && n != spatial.len()) {
            return Err(message!("reason-node-spatial-lists"));
        }
        let axes = spatial.iter().zip(kernel).enumerate();
        axes.map(|(axis, (&length, &kernel))| self.span(axis, length, kernel))
            .collect()
    }

    fn span(&self, axis: usize, length: usize, kernel: usize) -> Result<Span, Message> {
        let at = |list: &[usize], default| list.get(axis).copied().unwrap_or(default);
        let stride = at(&self.window.strides, 1);
        let dilation = at(&self.window.dilations, 1);
        let too_large = || message!("reason-node-too-large");
        let extra = at(&self.output_padding, 0);
        let reach = dilation.checked_mul(kernel - 1).ok_or_else(too_large)?;
        let full = stride
            .checked_mul(length.saturating_sub(1))
            .and_then(|n| n.checked_add(reach)?.checked_add(1)?.checked_add(extra))
            .ok_or_else(too_large)?;
        let wanted = match (&self.output_shape, &self.window.padding) {
            (Some(shape), _) => Some(at(shape, 0)),
            (None, Padding::SameUpper | Padding::SameLower) => {
                Some(length.checked_mul(stride).ok_or_else(too_large)?)
            }
            _ => None,
        };
        let (pad_begin, pad_end) = match (wanted, &self.window.padding) {
            (None, Padding::Explicit { begin, end }) => (at(begin, 0), at(end, 0)),
            (None, _) => (0, 0),
            (Some(wanted), padding) => {
                let total = full.saturating_sub(wanted);
                let small = total / 2;
                match padding {
                    Padding::SameUpper => (small, total - small),
                    _ => (total - small, small),
                }
            }
        };
        let cropped = pad_begin
            .checked_add(pad_end)
            .and_then(|pads| full.checked_sub(pads));
        let input = match wanted {
            Some(wanted) => wanted,
            None => cropped.ok_or(message!("reason-node-padded-away"))?,
        };
        Ok(Span {
            input,
            kernel,
            stride,
            dilation,
            pad_begin,
            pad_end,
            output: length,
        })
    }
}
