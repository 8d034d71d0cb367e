//! Network slimming: a channel is worth the magnitude of the scale of the batch normalization that follows it
//! (Liu et al., “Learning Efficient Convolutional Networks through Network Slimming”, ICCV 2017).

use super::info::{Criterion, CriterionInfo, DEFAULTS, Source};
use super::{Layer, Scorer};

pub static CRITERION: Criterion = Criterion {
    info: CriterionInfo {
        name: "bn-scale",
        title: "criterion-bn-scale",
        about: "criterion-bn-scale-about",
        after: Some("Liu et al., ICCV 2017"),
        needs: Some("criterion-needs-batch-norm"),
        weights: false,
        comparable: true,
        ..DEFAULTS
    },
    source: Source::Model(|_| Box::new(BatchNormScale)),
};

pub struct BatchNormScale;

impl Scorer for BatchNormScale {
    fn info(&self) -> &'static CriterionInfo {
        &CRITERION.info
    }

    fn weights(&self, _layer: &Layer<'_>) -> Option<Vec<f32>> {
        None
    }

    fn slices(&self, layer: &Layer<'_>) -> Option<Vec<f32>> {
        let graph = layer.graph;
        let output = graph.nodes[layer.node].output(0)?;
        let mut readers = graph
            .nodes
            .iter()
            .filter(|node| node.input(0) == Some(output));
        let (norm, inputs) =
            readers.find_map(|norm| Some((norm, graph.stored_statistics(norm)?)))?;
        let scale = graph.constant(norm.input(inputs.scale)?)?.floats()?;
        Some(scale.iter().map(|x| x.abs()).collect())
    }
}
