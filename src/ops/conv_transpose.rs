//! Transposed convolution.

use super::attributes::Attributes;
use super::coupling::{Axis, IndexMap, Reads, Rule, Weights};
use super::narrow::{Change, Narrowing};
use super::uniform::Slice;
use super::window::Window;
use super::{Known, Operator};
use crate::graph::{Attribute, Graph, Node};
use crate::tensor::Tensor;

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
    pub fn parse(node: &Node, _opset: i64) -> Result<Self, String> {
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
    fn infer(&self, _inputs: &[Option<Known>]) -> Result<Vec<Known>, String> {
        Err("has no shape rule yet".into())
    }

    fn evaluate(&self, _inputs: &[Option<&Tensor>]) -> Result<Vec<Tensor>, String> {
        Err("cannot be computed yet".into())
    }

    fn couple(&self, rule: &mut Rule<'_>) {
        let node = rule.node;
        let (Some(data), Some(stored), Some(out)) = (node.input(0), node.input(1), node.output(0))
        else {
            return;
        };
        if !rule.is_stored_float(stored) {
            return rule.freeze_all("the weights of a convolution are computed at run time");
        }
        rule.per_sample("a convolution slides along it");
        for axis in 2..rule.rank(stored) {
            rule.freeze(
                Axis::of(stored, axis),
                "it is a side of a convolution's kernel",
            );
        }
        let (Some(inputs), Some(outputs)) = (rule.size(data, 1), rule.size(out, 1)) else {
            return rule.freeze_all("a convolution has an unknown number of channels");
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
            let why = "it holds the filters of one channel of a depthwise convolution";
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

    fn rewrite(&self, narrowing: &Narrowing<'_>) -> Result<Vec<Change>, String> {
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
}
