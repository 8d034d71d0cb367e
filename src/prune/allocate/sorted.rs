//! Sorted numbers in little memory: how far each is from the one before, most often in one or two bytes.

/// So many numbers are read one after the other at most.
const BLOCK: usize = 64;

/// Numbers that are not below zero, the least first. Their bits sort as they do.
#[derive(Clone, Default)]
pub struct Sorted {
    len: usize,
    /// The bits of the first number of each block, and where the differences of the others begin.
    blocks: Vec<(u32, u32)>,
    /// Seven bits a byte, the lowest first; the highest bit says that more follow.
    differences: Vec<u8>,
}

impl Sorted {
    /// Sorts numbers; those below zero, and what is no number, count as zero.
    pub fn new(mut numbers: Vec<f32>) -> Self {
        for number in &mut numbers {
            *number = number.max(0.0);
        }
        numbers.sort_unstable_by(f32::total_cmp);
        let mut sorted = Sorted {
            len: numbers.len(),
            blocks: Vec::with_capacity(numbers.len().div_ceil(BLOCK)),
            differences: Vec::with_capacity(numbers.len() * 3 / 2),
        };
        for block in numbers.chunks(BLOCK) {
            let mut before = bits(block[0]);
            sorted
                .blocks
                .push((before, sorted.differences.len() as u32));
            for &number in &block[1..] {
                sorted.push(bits(number) - before);
                before = bits(number);
            }
        }
        sorted.differences.shrink_to_fit();
        sorted
    }

    fn push(&mut self, mut difference: u32) {
        while difference >= 0x80 {
            self.differences.push(difference as u8 | 0x80);
            difference >>= 7;
        }
        self.differences.push(difference as u8);
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.len
    }

    /// The number at a place.
    pub fn get(&self, at: usize) -> Option<f32> {
        let found = (at < self.len).then(|| self.block(at / BLOCK).nth(at % BLOCK))?;
        found.map(f32::from_bits)
    }

    /// How many numbers have bits below these.
    pub fn below(&self, bits: u64) -> usize {
        let after = self
            .blocks
            .partition_point(|&(first, _)| u64::from(first) < bits);
        // The last block that begins below them may end above.
        let Some(last) = after.checked_sub(1) else {
            return 0;
        };
        // Asked at every step of the slider, many times: a plain loop.
        let (mut own, start) = self.blocks[last];
        let mut at = start as usize;
        let mut within = 1;
        for _ in 1..BLOCK.min(self.len - last * BLOCK) {
            let mut shift = 0;
            loop {
                let byte = self.differences[at];
                at += 1;
                own += u32::from(byte & 0x7f) << shift;
                shift += 7;
                if byte & 0x80 == 0 {
                    break;
                }
            }
            if u64::from(own) >= bits {
                break;
            }
            within += 1;
        }
        last * BLOCK + within
    }

    /// The bits of a block's numbers.
    fn block(&self, block: usize) -> impl Iterator<Item = u32> + '_ {
        let (first, start) = self.blocks[block];
        let others = BLOCK.min(self.len - block * BLOCK) - 1;
        let mut bytes = self.differences[start as usize..].iter();
        let others = (0..others).scan(first, move |before, _| {
            let mut shift = 0;
            loop {
                let byte = *bytes.next()?;
                *before += u32::from(byte & 0x7f) << shift;
                shift += 7;
                if byte & 0x80 == 0 {
                    return Some(*before);
                }
            }
        });
        std::iter::once(first).chain(others)
    }
}

/// The bits of a number that is not below zero: `-0.0` is zero.
fn bits(number: f32) -> u32 {
    number.abs().to_bits()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn numbers_come_out_sorted_and_are_counted(
            numbers in proptest::collection::vec(
                prop_oneof![0f32..1.0, Just(0.25), Just(f32::INFINITY), any::<f32>()], 0..400)
        ) {
            let sorted = Sorted::new(numbers.clone());
            let mut plain: Vec<f32> = numbers.iter().map(|x| x.max(0.0).abs()).collect();
            plain.sort_by(f32::total_cmp);
            prop_assert_eq!(sorted.len(), plain.len());
            prop_assert_eq!(sorted.get(plain.len()), None);
            for (at, number) in plain.iter().enumerate() {
                prop_assert_eq!(sorted.get(at), Some(*number));
                for bits in [number.to_bits(), number.to_bits() + 1] {
                    let below = plain.iter().filter(|x| x.to_bits() < bits).count();
                    prop_assert_eq!(sorted.below(bits.into()), below);
                }
            }
        }
    }

    /// Weights as they are take less than half of what they take as numbers.
    #[test]
    fn many_numbers_take_little_memory() {
        let numbers: Vec<f32> = (0..100_000u32)
            .map(|i| (i.wrapping_mul(2_654_435_761) >> 8) as f32 / (1u32 << 24) as f32)
            .collect();
        let sorted = Sorted::new(numbers);
        assert!(sorted.differences.len() + 8 * sorted.blocks.len() < 200_000);
    }
}
