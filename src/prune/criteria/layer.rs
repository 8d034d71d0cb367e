//! A layer as criteria see it: a weight tensor, the axis of its output channels, and where it stands.

use crate::graph::{Graph, ValueId};
use crate::ops::coupling::Weights;
use std::borrow::Cow;

/// One layer's weights.
pub struct Layer<'g> {
    pub graph: &'g Graph,
    /// Its place in [`Graph::nodes`].
    pub node: usize,
    pub tensor: ValueId,
    pub shape: &'g [usize],
    /// The axis whose slices make the output channels.
    pub axis: usize,
    pub weights: Cow<'g, [f32]>,
}

impl<'g> Layer<'g> {
    /// `None` where the tensor is not stored or holds no floats.
    pub fn new(graph: &'g Graph, node: usize, weights: &Weights) -> Option<Self> {
        let tensor = graph.constant(weights.tensor)?;
        Some(Layer {
            graph,
            node,
            tensor: weights.tensor,
            shape: tensor.shape(),
            axis: weights.makes,
            weights: tensor.floats()?,
        })
    }

    /// How many output channels the tensor makes.
    pub fn channels(&self) -> usize {
        self.shape[self.axis]
    }

    /// The weights that make one output channel, in the tensor's order.
    pub fn slice(&self, channel: usize) -> impl Iterator<Item = f32> + '_ {
        let inner: usize = self.shape[self.axis + 1..].iter().product();
        let row = self.channels() * inner;
        let outer: usize = self.shape[..self.axis].iter().product();
        (0..outer).flat_map(move |o| {
            let start = o * row + channel * inner;
            self.weights[start..start + inner].iter().copied()
        })
    }

    /// A number for each output channel, from its weights.
    pub fn per_slice(&self, f: impl Fn(&mut dyn Iterator<Item = f32>) -> f64) -> Vec<f32> {
        (0..self.channels())
            .map(|channel| f(&mut self.slice(channel)) as f32)
            .collect()
    }
}

#[cfg(test)]
pub mod testing {
    use super::*;
    use crate::graph::Value;
    use crate::tensor::Tensor;
    use std::sync::Arc;

    /// A graph that holds one tensor, for looking at it as a layer.
    pub fn graph_of(shape: &[usize], weights: Vec<f32>) -> Graph {
        Graph {
            values: vec![Value {
                name: "weight".into(),
                constant: Some(Arc::new(Tensor::from_f32(shape, weights))),
                ..Value::default()
            }],
            ..Graph::default()
        }
    }

    /// The layer that [`graph_of`] holds.
    pub fn layer_of(graph: &Graph, axis: usize) -> Layer<'_> {
        let tensor = graph.constant(ValueId(0)).unwrap();
        Layer {
            graph,
            node: 0,
            tensor: ValueId(0),
            shape: tensor.shape(),
            axis,
            weights: tensor.floats().unwrap(),
        }
    }
}
