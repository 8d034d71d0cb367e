//! Numbers that look random and are the same everywhere for the same seed.

use crate::error::{Error, Result};

/// The seed that a number is. Fails with [`Error::BadInput`] where it is none.
pub fn seed(number: f64) -> Result<u32> {
    if number.fract() != 0.0 || !(0.0..=f64::from(u32::MAX)).contains(&number) {
        return Err(Error::BadInput(message!(
            "error-seed",
            most = u32::MAX,
            number = number
        )));
    }
    Ok(number as u32)
}

/// SplitMix64 (Steele, Lea, Flood: “Fast Splittable Pseudorandom Number Generators”, OOPSLA 2014).
#[derive(Debug, Clone)]
pub struct SplitMix64(pub u64);

impl SplitMix64 {
    fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Above 0, up to 1.
    pub fn share(&mut self) -> f32 {
        ((self.bits() >> 40) + 1) as f32 / (1u64 << 24) as f32
    }

    /// From 0 to below 1.
    pub fn fraction(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// From −1 to 1.
    pub fn between(&mut self) -> f32 {
        2.0 * self.share() - 1.0
    }

    /// From 0 to below `n`, which is at least 1.
    pub fn below(&mut self, n: usize) -> usize {
        // The high half of a product is as even as the numbers themselves, for any `n` that is met here.
        ((u128::from(self.bits()) * n as u128) >> 64) as usize
    }

    /// A random order of `0..n` (Fisher and Yates).
    pub fn order(&mut self, n: usize) -> Vec<usize> {
        let mut order: Vec<usize> = (0..n).collect();
        for last in (1..n).rev() {
            order.swap(last, self.below(last + 1));
        }
        order
    }
}

/// Pictures in a random order, again and again, a batch at a time. The same seed gives the same batches.
#[derive(Debug, Clone)]
pub struct Batches {
    random: SplitMix64,
    order: Vec<usize>,
    at: usize,
}

impl Batches {
    /// `count` pictures in an order that the seed decides.
    pub fn new(count: usize, seed: u32) -> Self {
        let mut random = SplitMix64(u64::from(seed));
        Batches {
            order: random.order(count),
            random,
            at: 0,
        }
    }

    /// The next `size` pictures. A set that is smaller gives some of them more than once.
    pub fn next(&mut self, size: usize) -> Vec<usize> {
        let mut batch = Vec::with_capacity(size);
        while batch.len() < size && !self.order.is_empty() {
            if self.at == self.order.len() {
                self.order = self.random.order(self.order.len());
                self.at = 0;
            }
            let taken = (self.order.len() - self.at).min(size - batch.len());
            batch.extend(&self.order[self.at..self.at + taken]);
            self.at += taken;
        }
        batch
    }
}

/// FNV-1a (Fowler, Noll, Vo) of 64 bits.
pub fn fnv(bytes: impl Iterator<Item = u8>) -> u64 {
    bytes.fold(0xcbf2_9ce4_8422_2325, |sum, byte| {
        (sum ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::said;

    #[test]
    fn the_published_sequence() {
        // The generator's reference implementation gives 0xe220a8397b1dcdaf first from state 0.
        assert_eq!(SplitMix64(0).bits(), 0xe220_a839_7b1d_cdaf);
        let fraction = f64::from(0xe220_a839_u32) / f64::from(u32::MAX);
        assert!((SplitMix64(0).fraction() - fraction).abs() < 1e-9);
    }

    #[test]
    fn a_seed_is_a_whole_number() {
        for (number, expected) in [(0.0, 0), (7.0, 7), (4_294_967_295.0, u32::MAX)] {
            assert_eq!(seed(number).unwrap(), expected);
        }
        for number in [-1.0, 1.5, 4_294_967_296.0, f64::NAN, f64::INFINITY] {
            let error = said(&seed(number).unwrap_err());
            assert!(
                error.contains("whole number from 0 to 4294967295"),
                "{error}"
            );
            assert!(
                error.contains(&number.to_string().replace('-', "−")),
                "{error}"
            );
        }
    }

    #[test]
    fn an_order_holds_everything_once() {
        let mut random = SplitMix64(5);
        let order = random.order(100);
        let mut sorted = order.clone();
        sorted.sort_unstable();
        assert_eq!(sorted, (0..100).collect::<Vec<_>>());
        assert_ne!(order, sorted);
        assert!((0..1000).all(|_| random.below(7) < 7 && random.between().abs() <= 1.0));
    }

    #[test]
    fn every_picture_comes_once_a_round() {
        let mut batches = Batches::new(10, 3);
        let mut round: Vec<usize> = (0..5).flat_map(|_| batches.next(2)).collect();
        round.sort_unstable();
        assert_eq!(round, (0..10).collect::<Vec<_>>());
        assert_eq!(Batches::new(3, 1).next(7).len(), 7);
        assert_eq!(Batches::new(10, 3).next(4), Batches::new(10, 3).next(4));
    }

    #[test]
    fn fnv_gives_the_published_values() {
        // Of the test vectors in draft-eastlake-fnv.
        assert_eq!(fnv("".bytes()), 0xcbf2_9ce4_8422_2325);
        assert_eq!(fnv("foobar".bytes()), 0x8594_4171_f739_67e8);
    }
}
