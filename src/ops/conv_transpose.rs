//! Transposed convolution.

use super::attributes::Attributes;
use super::backward::LearnContext;
use super::coupling::{Axis, IndexMap, Reads, Rule, Weights};
use super::floats;
use super::known;
use super::narrow::{Change, Narrowing};
use super::uniform::Slice;
use super::window::{self, Padding, Span, Window};
use super::{Known, LayerKind, Operator};
use crate::graph::Dim;
use crate::graph::{Attribute, Graph, Node};
use crate::kernels::conv::Shape;
use crate::kernels::grad::Differentiable;
use crate::kernels::grad::conv::Transposed;
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
        let [reads, per_group, kernel @ ..] = &weights[..] else {
            return Err(message!(
                "reason-node-weights-axes",
                weights = format!("{weights:?}")
            ));
        };
        let fits = channels.known().is_none_or(|c| c == *reads) && reads.is_multiple_of(self.group);
        if kernel.len() != spatial.len() || !fits {
            return Err(message!(
                "reason-node-transposed-weights",
                weights = format!("{weights:?}"),
                groups = self.group,
                data = known::display(x.shape())
            ));
        }
        let filters = per_group
            .checked_mul(self.group)
            .ok_or(message!("reason-node-too-many-filters"))?;
        if let Some(bias) = known::given(inputs, 2)
            && bias.shape() != [Dim::Known(filters)]
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
        let mut shape = vec![batch.clone(), Dim::Known(filters)];
        let spans = self.spans(&spatial, kernel)?;
        // The span is that of the convolution this one transposes: its input is our output.
        shape.extend(spans.iter().map(|span| Dim::Known(span.input)));
        Ok(vec![Known::new(x.dtype(), shape)])
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
        let (channels, made, read, filters) = (
            Axis::of(data, 1),
            Axis::of(out, 1),
            Axis::of(stored, 0),
            Axis::of(stored, 1),
        );
        rule.same(channels, read);
        if let Some(bias) = node.input(2) {
            rule.same(made, Axis::of(bias, 0));
        }
        let (each_in, each_out) = (inputs / self.group, outputs / self.group);
        let depthwise = self.group > 1 && self.group == inputs;
        if depthwise {
            let map = IndexMap::identity().digit(each_out.max(1), inputs);
            rule.link(made, channels, map);
            let why = &message!("reason-frozen-depthwise");
            rule.freeze(filters, why);
        } else {
            // All groups lose the same channels, or they would no longer be equal.
            let map = IndexMap::identity().digit(1, each_out.max(1));
            rule.link(made, filters, map);
            if self.group > 1 {
                let map = IndexMap::identity().digit(1, each_in.max(1));
                rule.link(read, read, map);
            }
        }
        rule.weights(Weights {
            tensor: stored,
            makes: usize::from(!depthwise),
            out: made,
            bias: rule.is_stored_or_absent(2).then_some(2),
            reads: (!depthwise).then_some(Reads {
                axis: 0,
                data: channels,
                period: inputs,
            }),
        });
    }

    /// Filters that are all zero leave the bias.
    fn uniform(&self, slice: &Slice<'_>) -> Option<f32> {
        match slice.node.input(2) {
            _ if slice.axis != 1 => None,
            None => Some(0.0),
            Some(_) => slice.input_at(2, 0, slice.index),
        }
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
        let Some(data) = narrowing.node.input(0) else {
            return Ok(Vec::new());
        };
        let depthwise = self.group > 1 && narrowing.length(data, 1) == Some(self.group);
        Ok(match narrowing.kept(data, 1) {
            Some(kept) if depthwise => {
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
        let spans = self.spans(&data[2..], &weights[2..])?;
        let Some((rows, columns)) = window::planar(&spans) else {
            return Ok(None);
        };
        Ok(Some(Box::new(Transposed::new(Shape {
            batch: data[0],
            inputs: weights[1] * self.group,
            outputs: data[1],
            groups: self.group,
            rows,
            columns,
        }))))
    }
}

impl ConvTranspose {
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
