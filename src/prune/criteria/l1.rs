//! L1: magnitude. A weight is worth `|w|` (Han et al., “Learning both Weights and Connections”, NeurIPS 2015), a
//! channel the sum of `|w|` over its filter (Li et al., “Pruning Filters for Efficient ConvNets”, ICLR 2017).

use super::info::{Criterion, CriterionInfo, DEFAULTS, Source};
use super::{Layer, Scorer};

pub static CRITERION: Criterion = Criterion {
    info: CriterionInfo {
        name: "l1",
        title: "criterion-l1",
        about: "criterion-l1-about",
        after: Some("Li et al., ICLR 2017"),
        magnitude: true,
        ..DEFAULTS
    },
    source: Source::Model(|_| Box::new(L1)),
};

pub struct L1;

impl Scorer for L1 {
    fn info(&self) -> &'static CriterionInfo {
        &CRITERION.info
    }

    fn weights(&self, layer: &Layer<'_>) -> Option<Vec<f32>> {
        Some(layer.weights.iter().map(|w| w.abs()).collect())
    }

    fn slices(&self, layer: &Layer<'_>) -> Option<Vec<f32>> {
        Some(layer.per_slice(|slice| slice.map(|w| f64::from(w.abs())).sum()))
    }
}

#[cfg(test)]
mod tests {
    use super::super::layer::testing::{graph_of, layer_of};
    use super::*;

    #[test]
    fn filters_of_counting_numbers() {
        let graph = graph_of(&[2, 3, 4, 5], (0..120).map(|x| x as f32).collect());
        let scores = L1.slices(&layer_of(&graph, 0)).unwrap();
        assert_eq!(scores, [1770.0, 5370.0]);
    }

    #[test]
    fn slices_along_an_inner_axis() {
        let graph = graph_of(&[2, 2], vec![1.0, -2.0, 3.0, -4.0]);
        assert_eq!(L1.slices(&layer_of(&graph, 1)).unwrap(), [4.0, 6.0]);
    }
}
