//! L2: a channel is worth the Euclidean norm of its filter (He et al., “Soft Filter Pruning”, IJCAI 2018); a single
//! weight `|w|`, which is its norm.

use super::info::{Criterion, CriterionInfo, DEFAULTS, Source};
use super::{Layer, Scorer};

pub static CRITERION: Criterion = Criterion {
    info: CriterionInfo {
        name: "l2",
        title: "criterion-l2",
        about: "criterion-l2-about",
        after: Some("He et al., IJCAI 2018"),
        magnitude: true,
        ..DEFAULTS
    },
    source: Source::Model(|_| Box::new(L2)),
};

pub struct L2;

impl Scorer for L2 {
    fn info(&self) -> &'static CriterionInfo {
        &CRITERION.info
    }

    fn weights(&self, layer: &Layer<'_>) -> Option<Vec<f32>> {
        Some(layer.weights.iter().map(|w| w.abs()).collect())
    }

    fn slices(&self, layer: &Layer<'_>) -> Option<Vec<f32>> {
        Some(layer.per_slice(|slice| slice.map(|w| f64::from(w).powi(2)).sum::<f64>().sqrt()))
    }
}

#[cfg(test)]
mod tests {
    use super::super::layer::testing::{graph_of, layer_of};
    use super::*;

    #[test]
    fn filters_of_counting_numbers() {
        let graph = graph_of(&[2, 3, 4, 5], (0..120).map(|x| x as f32).collect());
        let scores = L2.slices(&layer_of(&graph, 0)).unwrap();
        assert!((scores[0] - 264.971_7).abs() < 1e-3 && (scores[1] - 706.123_2).abs() < 1e-3);
    }

    /// `torch.nn.utils.prune.ln_structured`'s own test: of three channels the second is the least.
    #[test]
    fn channels_of_a_small_convolution() {
        let weights = vec![
            1.0, 2.0, 1.0, 2.5, 0.5, 1.0, 0.1, 0.1, -3.0, -5.0, 0.1, -1.0,
        ];
        let graph = graph_of(&[1, 3, 2, 2], weights);
        let scores = L2.slices(&layer_of(&graph, 1)).unwrap();
        assert!(scores[1] < scores[0] && scores[1] < scores[2], "{scores:?}");
    }
}
