//! LAMP: `w²` over the sum of the squares of its layer's weights that are as large or larger, which makes layers
//! comparable (Lee et al., “Layer-adaptive Sparsity for the Magnitude-based Pruning”, ICLR 2021). For channels the same of
//! the squared norms of the filters.

use super::info::{Criterion, CriterionInfo, DEFAULTS, Source};
use super::{Layer, Scorer};

pub static CRITERION: Criterion = Criterion {
    info: CriterionInfo {
        name: "lamp",
        title: "criterion-lamp",
        about: "criterion-lamp-about",
        after: Some("Lee et al., ICLR 2021"),
        comparable: true,
        ..DEFAULTS
    },
    source: Source::Model(|_| Box::new(Lamp)),
};

pub struct Lamp;

impl Scorer for Lamp {
    fn info(&self) -> &'static CriterionInfo {
        &CRITERION.info
    }

    fn weights(&self, layer: &Layer<'_>) -> Option<Vec<f32>> {
        Some(lamp(layer.weights.iter().map(|&w| f64::from(w).powi(2))))
    }

    fn slices(&self, layer: &Layer<'_>) -> Option<Vec<f32>> {
        let norms = (0..layer.channels())
            .map(|channel| layer.slice(channel).map(|w| f64::from(w).powi(2)).sum());
        Some(lamp(norms))
    }
}

fn lamp(squares: impl Iterator<Item = f64>) -> Vec<f32> {
    let squares: Vec<f64> = squares.collect();
    let mut order: Vec<u32> = (0..squares.len() as u32).collect();
    order.sort_by(|&a, &b| squares[b as usize].total_cmp(&squares[a as usize]));
    let mut scores = vec![0f32; squares.len()];
    let mut sum = 0.0;
    for &i in &order {
        let square = squares[i as usize];
        sum += square;
        if square > 0.0 {
            // Only a weight of zero may score zero, however small the share.
            scores[i as usize] = ((square / sum) as f32).max(f32::MIN_POSITIVE);
        }
    }
    scores
}

#[cfg(test)]
mod tests {
    use super::super::layer::testing::{graph_of, layer_of};
    use super::*;

    #[test]
    fn the_papers_formula() {
        let graph = graph_of(&[1, 4], vec![-1.0, 3.0, 0.0, 2.0]);
        let scores = Lamp.weights(&layer_of(&graph, 0)).unwrap();
        let expected = [1.0 / 14.0, 1.0, 0.0, 4.0 / 13.0];
        for (score, expected) in scores.iter().zip(expected) {
            assert!((score - expected).abs() < 1e-6, "{score} is not {expected}");
        }
    }

    #[test]
    fn the_tiniest_weight_is_worth_more_than_none() {
        let graph = graph_of(&[1, 3], vec![1e-38, 0.0, 1.0]);
        let scores = Lamp.weights(&layer_of(&graph, 0)).unwrap();
        assert!(scores[0] > 0.0 && scores[1] == 0.0, "{scores:?}");
    }
}
