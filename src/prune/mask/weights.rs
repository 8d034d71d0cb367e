//! The mask of one tensor, a bit a weight.

/// Which weights of a tensor stay, in the tensor's order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WeightMask {
    len: usize,
    /// A set bit stays. Bits past `len` are clear.
    words: Vec<u64>,
}

impl WeightMask {
    /// Everything stays.
    pub fn all(len: usize) -> Self {
        WeightMask::none(len).invert()
    }

    /// Nothing stays.
    pub fn none(len: usize) -> Self {
        WeightMask {
            len,
            words: vec![0; len.div_ceil(64)],
        }
    }

    /// Exactly `count` weights go: those of the least saliency, and of equal ones those that come first.
    pub fn without_least(saliency: &[f32], count: usize) -> Self {
        let mut order: Vec<u64> = sort_keys(saliency);
        let count = count.min(order.len());
        if 0 < count && count < order.len() {
            order.select_nth_unstable(count - 1);
        }
        let mut mask = WeightMask::all(saliency.len());
        for key in &order[..count] {
            mask.remove(*key as u32 as usize);
        }
        mask
    }

    /// How many weights the mask is for.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether it is for none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Whether the weight at a flat index stays.
    pub fn keeps(&self, index: usize) -> bool {
        self.words[index / 64] >> (index % 64) & 1 == 1
    }

    /// Removes the weight at a flat index.
    pub fn remove(&mut self, index: usize) {
        self.words[index / 64] &= !(1 << (index % 64));
    }

    /// Keeps the weight at a flat index.
    pub fn keep(&mut self, index: usize) {
        self.words[index / 64] |= 1 << (index % 64);
    }

    /// How many weights go.
    pub fn removed(&self) -> usize {
        let kept: u32 = self.words.iter().map(|w| w.count_ones()).sum();
        self.len - kept as usize
    }

    /// What both keep. Panics if the masks are not of one length.
    pub fn and(&self, other: &WeightMask) -> WeightMask {
        assert_eq!(self.len, other.len, "masks of one tensor");
        let words = self.words.iter().zip(&other.words).map(|(a, b)| a & b);
        WeightMask {
            len: self.len,
            words: words.collect(),
        }
    }

    /// What went stays, and what stayed goes.
    pub fn invert(&self) -> WeightMask {
        let mut words: Vec<u64> = self.words.iter().map(|w| !w).collect();
        if let (Some(last), false) = (words.last_mut(), self.len.is_multiple_of(64)) {
            *last &= (1 << (self.len % 64)) - 1;
        }
        WeightMask {
            len: self.len,
            words,
        }
    }

    /// The weights with those that go at zero.
    pub fn apply(&self, weights: &[f32]) -> Vec<f32> {
        let masked = |(i, &w): (usize, &f32)| if self.keeps(i) { w } else { 0.0 };
        weights.iter().enumerate().map(masked).collect()
    }
}

/// A number for each weight that sorts by saliency, then by place: the saliency's bits over the index. Saliency is never
/// negative, so its bits sort as it does.
pub fn sort_keys(saliency: &[f32]) -> Vec<u64> {
    let key = |(i, &s): (usize, &f32)| u64::from(s.max(0.0).to_bits()) << 32 | i as u64;
    saliency.iter().enumerate().map(key).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `torch.nn.utils.prune`'s own test: the two least of this matrix go, then two more.
    #[test]
    fn exactly_as_many_as_asked() {
        let w = [1., 2., 3., 4., -4., -3., -2., -1.];
        let magnitude = |w: &[f32]| w.iter().map(|x| x.abs()).collect::<Vec<_>>();
        let once = WeightMask::without_least(&magnitude(&w), 2).apply(&w);
        assert_eq!(once, [0., 2., 3., 4., -4., -3., -2., 0.]);
        let twice = WeightMask::without_least(&magnitude(&once), 4).apply(&once);
        assert_eq!(twice, [0., 0., 3., 4., -4., -3., 0., 0.]);
    }

    #[test]
    fn importance_of_its_own() {
        let w = [1., 2., 3., 4., -4., -3., -2., -1.];
        let importance = [4., 2., 1., 3., 3., 1., 2., 4.];
        let masked = WeightMask::without_least(&importance, 2).apply(&w);
        assert_eq!(masked, [1., 2., 0., 4., -4., 0., -2., -1.]);
        // What is gone is worth nothing in the next stage.
        let kept = WeightMask::without_least(&importance, 2);
        let twice = WeightMask::without_least(&kept.apply(&importance), 4).apply(&w);
        assert_eq!(twice, [1., 0., 0., 4., -4., 0., 0., -1.]);
    }

    #[test]
    fn ties_go_by_place_and_never_more_than_asked() {
        let mask = WeightMask::without_least(&[1.0; 100], 30);
        assert_eq!(mask.removed(), 30);
        assert!((0..30).all(|i| !mask.keeps(i)) && (30..100).all(|i| mask.keeps(i)));
    }

    #[test]
    fn masks_combine_and_invert() {
        let a = WeightMask::without_least(&[0., 1., 2., 3., 4.], 2);
        let b = WeightMask::without_least(&[4., 3., 2., 1., 0.], 1);
        let both = a.and(&b);
        assert_eq!(both.removed(), 3);
        assert_eq!(both.invert().removed(), 2);
        assert_eq!(both.invert().invert(), both);
        assert_eq!(a.and(&a.invert()), WeightMask::none(5));
    }
}
