//! FPGM: a filter near the geometric median of its layer can be replaced by the others, so a channel is worth the sum
//! of its filter's distances to all others (He et al., “Filter Pruning via Geometric Median”, CVPR 2019).

use super::info::{Criterion, CriterionInfo, DEFAULTS, Source};
use super::{Layer, Scorer};
use crate::kernels::distance::euclidean;

pub static CRITERION: Criterion = Criterion {
    info: CriterionInfo {
        name: "fpgm",
        title: "criterion-fpgm",
        about: "criterion-fpgm-about",
        after: Some("He et al., CVPR 2019"),
        weights: false,
        ..DEFAULTS
    },
    source: Source::Model(|_| Box::new(GeometricMedian)),
};

pub struct GeometricMedian;

impl Scorer for GeometricMedian {
    fn info(&self) -> &'static CriterionInfo {
        &CRITERION.info
    }

    fn weights(&self, _layer: &Layer<'_>) -> Option<Vec<f32>> {
        None
    }

    fn slices(&self, layer: &Layer<'_>) -> Option<Vec<f32>> {
        let filters: Vec<Vec<f32>> = (0..layer.channels())
            .map(|channel| layer.slice(channel).collect())
            .collect();
        let mut sums = vec![0f64; filters.len()];
        for (i, a) in filters.iter().enumerate() {
            for (j, b) in filters.iter().enumerate().take(i) {
                let distance = euclidean(a, b);
                sums[i] += distance;
                sums[j] += distance;
            }
        }
        Some(sums.into_iter().map(|sum| sum as f32).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::super::layer::testing::{graph_of, layer_of};
    use super::*;

    #[test]
    fn filters_of_counting_numbers() {
        let graph = graph_of(&[3, 2, 4, 5], (0..120).map(|x| x as f32).collect());
        let scores = GeometricMedian.slices(&layer_of(&graph, 0)).unwrap();
        for (score, expected) in scores.iter().zip([758.946_66, 505.964_42, 758.946_66]) {
            assert!((score - expected).abs() < 1e-3, "{score} is not {expected}");
        }
    }
}
