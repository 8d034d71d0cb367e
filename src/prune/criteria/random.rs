//! Random scores: the control that every other criterion has to beat. The same seed gives the same scores everywhere.

use super::info::{Criterion, CriterionInfo, DEFAULTS, Source};
use super::{Layer, Scorer};
use crate::random::SplitMix64;
use crate::recipe::Reduction;

pub static CRITERION: Criterion = Criterion {
    info: CriterionInfo {
        name: "random",
        title: "criterion-random",
        about: "criterion-random-about",
        comparable: true,
        ..DEFAULTS
    },
    source: Source::Model(|seed| Box::new(Random { seed })),
};

pub struct Random {
    pub seed: u32,
}

impl Scorer for Random {
    fn info(&self) -> &'static CriterionInfo {
        &CRITERION.info
    }

    fn weights(&self, layer: &Layer<'_>) -> Option<Vec<f32>> {
        let mut numbers = self.numbers(layer);
        let score = |&w: &f32| {
            let number = numbers.share();
            if w == 0.0 { 0.0 } else { number }
        };
        Some(layer.weights.iter().map(score).collect())
    }

    fn slices(&self, layer: &Layer<'_>) -> Option<Vec<f32>> {
        let mut numbers = self.numbers(layer);
        Some((0..layer.channels()).map(|_| numbers.share()).collect())
    }

    /// A number for the branch itself: means of many numbers would all be about the same.
    fn branch(&self, name: &str, _layers: &[Layer<'_>], _reduction: Reduction) -> Option<f32> {
        Some(self.sequence(name).share())
    }
}

impl Random {
    /// A sequence of its own for each tensor.
    fn numbers(&self, layer: &Layer<'_>) -> SplitMix64 {
        self.sequence(&layer.graph.value(layer.tensor).name)
    }

    /// A sequence of its own for each name.
    fn sequence(&self, name: &str) -> SplitMix64 {
        // FNV-1a, 64 bits.
        let hash = name.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        SplitMix64(hash ^ (u64::from(self.seed) << 32 | u64::from(self.seed)))
    }
}

#[cfg(test)]
mod tests {
    use super::super::layer::testing::{graph_of, layer_of};
    use super::*;

    #[test]
    fn a_seed_repeats_and_another_differs() {
        let graph = graph_of(&[8, 2], vec![1.0; 16]);
        let layer = layer_of(&graph, 0);
        let scores = |seed| Random { seed }.slices(&layer).unwrap();
        assert_eq!(scores(1), scores(1));
        assert_ne!(scores(1), scores(2));
        assert!(scores(3).iter().all(|s| (0.0..=1.0).contains(s)));
    }
}
