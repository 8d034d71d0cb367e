//! Random scores: the control that every other criterion has to beat. The same seed gives the same scores everywhere.

use super::{Criterion, Layer};

pub struct Random {
    pub seed: u32,
}

impl Criterion for Random {
    fn weights(&self, layer: &Layer<'_>) -> Option<Vec<f32>> {
        let mut numbers = self.numbers(layer);
        let score = |&w: &f32| {
            let number = numbers.next();
            if w == 0.0 { 0.0 } else { number }
        };
        Some(layer.weights.iter().map(score).collect())
    }

    fn slices(&self, layer: &Layer<'_>) -> Option<Vec<f32>> {
        let mut numbers = self.numbers(layer);
        Some((0..layer.channels()).map(|_| numbers.next()).collect())
    }

    fn comparable(&self) -> bool {
        true
    }
}

impl Random {
    /// A sequence of its own for each tensor, by its name.
    fn numbers(&self, layer: &Layer<'_>) -> SplitMix64 {
        let name = layer.graph.value(layer.tensor).name.bytes();
        // FNV-1a, 64 bits.
        let hash = name.fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        SplitMix64(hash ^ (u64::from(self.seed) << 32 | u64::from(self.seed)))
    }
}

/// SplitMix64 (Steele, Lea, Flood: “Fast Splittable Pseudorandom Number Generators”, OOPSLA 2014).
struct SplitMix64(u64);

impl SplitMix64 {
    /// A number above 0, up to 1.
    fn next(&mut self) -> f32 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^= z >> 31;
        ((z >> 40) + 1) as f32 / (1u64 << 24) as f32
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

    #[test]
    fn the_published_sequence() {
        // The generator's reference implementation gives 0xe220a8397b1dcdaf first from state 0.
        let first = SplitMix64(0).next();
        assert_eq!(
            first,
            ((0xe220_a839_7b1d_cdaf_u64 >> 40) + 1) as f32 / 16_777_216.0
        );
    }
}
