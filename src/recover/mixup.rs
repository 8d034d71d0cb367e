//! Pictures mixed in pairs (Zhang et al., “mixup: Beyond Empirical Risk Minimization”, ICLR 2018). The original is asked what
//! it says of the mixture, so that no labels are mixed.

use crate::random::SplitMix64;

/// Mixes each of `count` pictures of a batch with another one of it: `λ·x + (1 − λ)·x′` with a `λ` of its own from
/// Beta(`alpha`, `alpha`).
pub(super) fn mix(input: &mut [f32], count: usize, alpha: f64, random: &mut SplitMix64) {
    if count < 2 {
        return;
    }
    let whole = input.to_vec();
    let sample = input.len() / count;
    // Each one's partner is so many places further on, and no picture its own.
    let further = 1 + random.below(count - 1);
    for (at, picture) in input.chunks_exact_mut(sample).enumerate() {
        let other = &whole[(at + further) % count * sample..][..sample];
        blend(picture, other, beta(alpha, random) as f32);
    }
}

/// `own ← λ·own + (1 − λ)·other`.
fn blend(own: &mut [f32], other: &[f32], lambda: f32) {
    let numbers = own.iter_mut().zip(other);
    numbers.for_each(|(own, other)| *own = lambda * *own + (1.0 - lambda) * other);
}

/// A number from Beta(`alpha`, `alpha`), by Jöhnk's method (“Erzeugung von betaverteilten und gammaverteilten
/// Zufallszahlen”, Metrika 1964).
fn beta(alpha: f64, random: &mut SplitMix64) -> f64 {
    loop {
        let [x, y] = [(); 2].map(|()| random.fraction().powf(1.0 / alpha));
        if x + y > 0.0 && x + y <= 1.0 {
            return x / (x + y);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_of_one_is_the_picture_and_of_none_the_other() {
        let (own, other) = ([1.0, -2.0, 4.0], [3.0, 5.0, -6.0]);
        let mixed = |lambda: f32| {
            let mut mixed = own;
            blend(&mut mixed, &other, lambda);
            mixed
        };
        assert_eq!(mixed(1.0), own);
        assert_eq!(mixed(0.0), other);
        assert_eq!(mixed(0.25), [2.5, 3.25, -3.5]);
    }

    #[test]
    fn each_picture_is_mixed_with_another_one_of_the_batch() {
        let mut random = SplitMix64(3);
        for _ in 0..50 {
            // Picture by picture, its own axis: the shares can be read off.
            let mut batch: Vec<f32> = (0..16).map(|at| f32::from(at % 5 == 0)).collect();
            mix(&mut batch, 4, 1.0, &mut random);
            for (own, shares) in batch.chunks_exact(4).enumerate() {
                assert!((shares.iter().sum::<f32>() - 1.0).abs() < 1e-6);
                let others = shares.iter().enumerate().filter(|(at, _)| *at != own);
                assert_eq!(others.filter(|(_, share)| **share > 0.0).count(), 1);
            }
        }
        let mut alone = [1.0, 2.0];
        mix(&mut alone, 1, 1.0, &mut random);
        assert_eq!(alone, [1.0, 2.0]);
    }

    /// Beta(α, α) has the mean ½ and the variance 1 / (4·(2α + 1)).
    #[test]
    fn shares_have_the_moments_of_their_distribution() {
        let mut random = SplitMix64(4);
        for alpha in [0.2, 1.0, 2.0] {
            let drawn: Vec<f64> = (0..20_000).map(|_| beta(alpha, &mut random)).collect();
            let mean = |of: &dyn Fn(f64) -> f64| {
                drawn.iter().map(|x| of(*x)).sum::<f64>() / drawn.len() as f64
            };
            let variance = mean(&|x| (x - 0.5).powi(2));
            assert!((mean(&|x| x) - 0.5).abs() < 0.01);
            assert!(
                (variance - 0.25 / (2.0 * alpha + 1.0)).abs() < 0.004,
                "{alpha}: {variance}"
            );
        }
    }
}
