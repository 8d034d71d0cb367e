//! Blocks of weights: the weight as a matrix of output channels × everything else, in tiles that go as one.

use super::WeightMask;
use crate::recipe::Reduction;

/// How a weight tensor falls into blocks; those at the far edges may be smaller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blocks {
    /// Sizes of the tensor before, along and after the axis of its output channels.
    outer: usize,
    rows: usize,
    inner: usize,
    block: [usize; 2],
}

impl Blocks {
    /// The blocks of a weight tensor seen as a matrix: `axis` gives the rows, all others the columns. `block`: rows and columns of one.
    pub fn new(shape: &[usize], axis: usize, block: [usize; 2]) -> Self {
        Blocks {
            outer: shape[..axis].iter().product(),
            rows: shape[axis],
            inner: shape[axis + 1..].iter().product(),
            block,
        }
    }

    /// How many blocks there are.
    pub fn len(&self) -> usize {
        self.rows.div_ceil(self.block[0]) * self.across()
    }

    /// Whether the tensor has no weights.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn columns(&self) -> usize {
        self.outer * self.inner
    }

    fn across(&self) -> usize {
        self.columns().div_ceil(self.block[1])
    }

    /// The block that each weight belongs to, in the tensor's order.
    pub fn of_weights(&self) -> impl Iterator<Item = usize> + '_ {
        (0..self.outer).flat_map(move |o| {
            (0..self.rows).flat_map(move |row| {
                let first = row / self.block[0] * self.across();
                (0..self.inner).map(move |i| first + (o * self.inner + i) / self.block[1])
            })
        })
    }

    /// The saliency of each block: what the reduction makes of its weights'.
    pub fn scores(&self, saliency: &[f32], reduction: Reduction) -> Vec<f32> {
        let mut blocks = vec![(0usize, 0f64, 0f32); self.len()];
        for (block, &s) in self.of_weights().zip(saliency) {
            let (count, sum, max) = &mut blocks[block];
            *count += 1;
            *sum += f64::from(s);
            *max = max.max(s);
        }
        let score = |(count, sum, max): (usize, f64, f32)| match reduction {
            Reduction::Mean => (sum / count.max(1) as f64) as f32,
            Reduction::Sum => sum as f32,
            Reduction::Max => max,
        };
        blocks.into_iter().map(score).collect()
    }

    /// The mask of weights that a mask of blocks stands for.
    pub fn spread(&self, blocks: &WeightMask) -> WeightMask {
        let mut mask = WeightMask::all(self.rows * self.columns());
        for (weight, block) in self.of_weights().enumerate() {
            if !blocks.keeps(block) {
                mask.remove(weight);
            }
        }
        mask
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_by_two_by_mean() {
        let w = [
            0.1, 0.1, 0.2, 0.2, 0.1, 0.1, 0.3, 0.3, 0.9, 0.9, 0.5, 0.5, 0.9, 0.9, 0.5, 0.5,
        ];
        let blocks = Blocks::new(&[4, 4], 0, [2, 2]);
        let means = blocks.scores(&w, Reduction::Mean);
        for (mean, expected) in means.iter().zip([0.1, 0.25, 0.9, 0.5]) {
            assert!((mean - expected).abs() < 1e-6);
        }
        let mask = blocks.spread(&WeightMask::without_least(&means, 2));
        assert_eq!(mask.apply(&w)[..8], [0.0; 8]);
        assert_eq!(mask.removed(), 8);
    }

    /// TensorFlow's model optimization toolkit: at a half, the two blocks below stay, whether by the mean or the largest of
    /// their weights.
    #[test]
    fn two_by_two_by_mean_and_by_maximum() {
        let mean = [
            0.1, 0.1, 0.2, 0.2, 0.1, 0.1, 0.2, 0.2, 0.3, 0.3, 0.4, 0.4, 0.3, 0.3, 0.4, 0.4,
        ];
        let max = [
            0.1, 0.0, 0.2, 0.0, 0.0, -0.1, 0.0, -0.2, 0.3, 0.0, 0.4, 0.0, 0.0, -0.3, 0.0, -0.4,
        ];
        let blocks = Blocks::new(&[4, 4], 0, [2, 2]);
        for (weights, reduction) in [(mean, Reduction::Mean), (max, Reduction::Max)] {
            let saliency = weights.map(f32::abs);
            let scores = blocks.scores(&saliency, reduction);
            assert!(reduction == Reduction::Mean || scores == [0.1, 0.2, 0.3, 0.4]);
            let mask = blocks.spread(&WeightMask::without_least(&scores, 2));
            assert!(
                (0..16).all(|at| mask.keeps(at) == (at >= 8)),
                "{reduction:?}"
            );
        }
    }

    /// One large weight among zeros: by the largest it is worth keeping, by mean and sum four middling ones are worth more.
    #[test]
    fn the_reduction_tells_blocks_apart() {
        let saliency = [0.9, 0.0, 0.0, 0.0, 0.3, 0.3, 0.3, 0.3];
        let blocks = Blocks::new(&[2, 4], 0, [1, 4]);
        let least = |reduction| {
            let mask = WeightMask::without_least(&blocks.scores(&saliency, reduction), 1);
            [0, 1].map(|block| mask.keeps(block))
        };
        assert_eq!(least(Reduction::Mean), [false, true]);
        assert_eq!(least(Reduction::Sum), [false, true]);
        assert_eq!(least(Reduction::Max), [true, false]);
    }

    #[test]
    fn edges_are_smaller_and_any_axis_makes_the_rows() {
        let blocks = Blocks::new(&[3, 5], 0, [2, 2]);
        assert_eq!(blocks.len(), 6);
        let sizes = (0..6).map(|b| blocks.of_weights().filter(|&x| x == b).count());
        assert_eq!(sizes.collect::<Vec<_>>(), [4, 4, 2, 2, 2, 1]);
        // The transpose of a 3 × 2 matrix: columns of the tensor are rows of blocks.
        let blocks = Blocks::new(&[2, 3], 1, [1, 2]);
        assert_eq!(blocks.of_weights().collect::<Vec<_>>(), [0, 1, 2, 0, 1, 2]);
    }
}
