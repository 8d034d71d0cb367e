//! FPGM: a filter near the geometric median of its layer can be replaced by the others, so a channel is worth the sum
//! of its filter's distances to all others (He et al., “Filter Pruning via Geometric Median”, CVPR 2019).

use super::info::{Criterion, CriterionInfo, DEFAULTS, Source};
use super::{Layer, Scorer};

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
                let distance = distance(a, b);
                sums[i] += distance;
                sums[j] += distance;
            }
        }
        Some(sums.into_iter().map(|sum| sum as f32).collect())
    }
}

/// The Euclidean distance of two filters. Eight sums side by side, in a fixed order, so that it vectorizes to the same
/// result everywhere.
fn distance(a: &[f32], b: &[f32]) -> f64 {
    let mut lanes = [0f32; 8];
    let (a8, a_rest) = a.as_chunks::<8>();
    let (b8, b_rest) = b.as_chunks::<8>();
    for (a, b) in a8.iter().zip(b8) {
        for lane in 0..8 {
            let d = a[lane] - b[lane];
            lanes[lane] += d * d;
        }
    }
    let rest = a_rest
        .iter()
        .zip(b_rest)
        .map(|(a, b)| f64::from((a - b) * (a - b)));
    (lanes.iter().map(|&x| f64::from(x)).sum::<f64>() + rest.sum::<f64>()).sqrt()
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
