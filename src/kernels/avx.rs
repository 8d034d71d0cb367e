//! The innermost loops of a product on x86 processors with vectors of eight floats. Products and sums are rounded one by
//! one, as everywhere, so that the results have the same bits.

use super::simd::F32x4;
use super::tile_shape::{COLUMNS, Left, ROWS, Right, Tile, eight};
use core::arch::x86_64::*;

/// Whether this machine has them.
#[inline(always)]
pub fn is_there() -> bool {
    std::is_x86_feature_detected!("avx")
}

/// As [`super::tile::packed`].
///
/// # Safety
/// Only where [`is_there`] says so.
#[target_feature(enable = "avx")]
pub unsafe fn packed(a: &[Left], b: &[Right], first: &Left) -> Tile {
    let mut sums: [__m256; ROWS] = first.map(|x| _mm256_set1_ps(x));
    for (a, b) in a.iter().zip(b) {
        // SAFETY: `b` is eight readable floats, and the load asks for no alignment.
        let b = unsafe { _mm256_loadu_ps(b.as_ptr()) };
        for (sum, &x) in sums.iter_mut().zip(a) {
            *sum = _mm256_add_ps(*sum, _mm256_mul_ps(_mm256_set1_ps(x), b));
        }
    }
    tile(sums)
}

/// As [`super::tile::scattered`].
///
/// # Safety
/// Only where [`is_there`] says so.
#[target_feature(enable = "avx")]
pub unsafe fn scattered(a: &[Left], offsets: &[u32], data: &[f32], first: &Left) -> Tile {
    let mut sums: [__m256; ROWS] = first.map(|x| _mm256_set1_ps(x));
    for (a, &at) in a.iter().zip(offsets) {
        let b = eight(data, at);
        // SAFETY: `b` is eight readable floats, and the load asks for no alignment.
        let b = unsafe { _mm256_loadu_ps(b.as_ptr()) };
        for (sum, &x) in sums.iter_mut().zip(a) {
            *sum = _mm256_add_ps(*sum, _mm256_mul_ps(_mm256_set1_ps(x), b));
        }
    }
    tile(sums)
}

#[target_feature(enable = "avx")]
fn tile(sums: [__m256; ROWS]) -> Tile {
    let mut numbers = [[0f32; COLUMNS]; ROWS];
    for (numbers, sum) in numbers.iter_mut().zip(sums) {
        // SAFETY: `numbers` is eight writable floats, and the store asks for no alignment.
        unsafe { _mm256_storeu_ps(numbers.as_mut_ptr(), sum) };
    }
    numbers.map(|row| {
        let (halves, _) = row.as_chunks::<4>();
        [F32x4::load(&halves[0]), F32x4::load(&halves[1])]
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::numbers;
    use crate::tile;

    fn bits(tile: Tile) -> Vec<u32> {
        let mut out = Vec::new();
        for half in tile.iter().flatten() {
            let mut four = [0.0; 4];
            half.store(&mut four);
            out.extend(four.map(f32::to_bits));
        }
        out
    }

    #[test]
    fn the_same_bits_as_vectors_of_four() {
        if !is_there() {
            println!("skipped: this processor has no vectors of eight floats");
            return;
        }
        let (a, b) = (numbers(37 * ROWS, 1), numbers(37 * COLUMNS, 2));
        let (a, _) = a.as_chunks::<ROWS>();
        let (panels, _) = b.as_chunks::<COLUMNS>();
        let first = [0.1, -0.2, 0.3, 0.4];
        // SAFETY: the processor has the instructions.
        let ours = unsafe { packed(a, panels, &first) };
        assert_eq!(bits(ours), bits(tile::packed_by_fours(a, panels, &first)));
        let offsets: Vec<u32> = (0..37).map(|k| k * 7).collect();
        // SAFETY: the processor has the instructions.
        let ours = unsafe { scattered(a, &offsets, &b, &first) };
        assert_eq!(
            bits(ours),
            bits(tile::scattered_by_fours(a, &offsets, &b, &first))
        );
    }
}
