//! Network slimming: a channel is worth the magnitude of the scale of the batch normalisation that follows it
//! (Liu et al., “Learning Efficient Convolutional Networks through Network Slimming”, ICCV 2017).

use super::{Criterion, Layer};

pub struct BatchNormScale;

impl Criterion for BatchNormScale {
    fn weights(&self, _layer: &Layer<'_>) -> Option<Vec<f32>> {
        None
    }

    fn judges_weights(&self) -> bool {
        false
    }

    fn slices(&self, layer: &Layer<'_>) -> Option<Vec<f32>> {
        let graph = layer.graph;
        let output = graph.nodes[layer.node].output(0)?;
        let norm = graph.nodes.iter().find(|node| {
            node.op_type == "BatchNormalization"
                && node.domain.is_empty()
                && node.input(0) == Some(output)
        })?;
        let scale = graph.constant(norm.input(1)?)?.floats()?;
        Some(scale.iter().map(|x| x.abs()).collect())
    }

    fn comparable(&self) -> bool {
        true
    }
}
