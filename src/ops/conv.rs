//! Convolution over one or two spatial axes.

use super::attributes::Attributes;
use super::coupling::{Axis, IndexMap, Reads, Rule, Weights};
use super::narrow::{Change, Narrowing};
use super::uniform::Slice;
use super::window::Window;
use super::{Known, Operator};
use crate::graph::{Attribute, Graph, Node};
use crate::tensor::Tensor;

/// `Conv`: data (batch, channels, spatial…), weights (out, in / group, kernel…), an optional bias (out).
#[derive(Debug, Clone, PartialEq)]
pub struct Conv {
    pub group: usize,
    pub window: Window,
}

impl Conv {
    pub fn parse(node: &Node, _opset: i64) -> Result<Self, String> {
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

    fn rewrite(&self, narrowing: &Narrowing<'_>) -> Result<Vec<Change>, String> {
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
}
