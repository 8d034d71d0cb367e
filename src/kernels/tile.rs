//! The innermost loops of a product: four rows by eight columns, held in eight vectors.
//!
//! Measured in V8, this tile without unrolling by hand is the fastest one in every build; see
//! `docs/design/matrix-products.md`.

#[cfg(target_arch = "x86_64")]
use super::avx;
use super::simd::F32x4;
use super::tile_shape::eight;
pub use super::tile_shape::{COLUMNS, Left, ROWS, Right, Tile};

#[inline(always)]
fn start(first: &Left) -> Tile {
    std::array::from_fn(|i| [F32x4::splat(first[i]); 2])
}

#[inline(always)]
fn step(sum: &mut Tile, a: &Left, b: [F32x4; 2]) {
    for (row, &x) in sum.iter_mut().zip(a) {
        let x = F32x4::splat(x);
        row[0] = row[0].add_product(x, b[0]);
        row[1] = row[1].add_product(x, b[1]);
    }
}

/// `first + a·b` over panels packed in the order of use.
#[inline(always)]
pub fn packed(a: &[Left], b: &[Right], first: &Left) -> Tile {
    #[cfg(target_arch = "x86_64")]
    if avx::is_there() {
        // SAFETY: the processor has the instructions.
        return unsafe { avx::packed(a, b, first) };
    }
    packed_by_fours(a, b, first)
}

#[inline(never)]
pub(super) fn packed_by_fours(a: &[Left], b: &[Right], first: &Left) -> Tile {
    let mut sum = start(first);
    for (a, b) in a.iter().zip(b) {
        let (halves, _) = b.as_chunks::<4>();
        step(
            &mut sum,
            a,
            [F32x4::load(&halves[0]), F32x4::load(&halves[1])],
        );
    }
    sum
}

/// The same for the first four columns of the panel only; the rest of the tile means nothing.
#[inline(never)]
pub fn packed_half(a: &[Left], b: &[Right], first: &Left) -> Tile {
    let mut sum: [F32x4; ROWS] = first.map(F32x4::splat);
    for (a, b) in a.iter().zip(b) {
        let b = F32x4::load_slice(b);
        for (row, &x) in sum.iter_mut().zip(a) {
            *row = row.add_product(F32x4::splat(x), b);
        }
    }
    sum.map(|row| [row; 2])
}

/// `first + a·b` where the eight columns at each depth lie at `data[offsets[depth]..]`.
#[inline(always)]
pub fn scattered(a: &[Left], offsets: &[u32], data: &[f32], first: &Left) -> Tile {
    #[cfg(target_arch = "x86_64")]
    if avx::is_there() {
        // SAFETY: the processor has the instructions.
        return unsafe { avx::scattered(a, offsets, data, first) };
    }
    scattered_by_fours(a, offsets, data, first)
}

#[inline(never)]
pub(super) fn scattered_by_fours(a: &[Left], offsets: &[u32], data: &[f32], first: &Left) -> Tile {
    let mut sum = start(first);
    for (a, &at) in a.iter().zip(offsets) {
        let (halves, _) = eight(data, at).as_chunks::<4>();
        step(
            &mut sum,
            a,
            [F32x4::load(&halves[0]), F32x4::load(&halves[1])],
        );
    }
    sum
}

/// The same for the first four columns only; the rest of the tile means nothing.
#[inline(never)]
pub fn scattered_half(a: &[Left], offsets: &[u32], data: &[f32], first: &Left) -> Tile {
    let mut sum: [F32x4; ROWS] = first.map(F32x4::splat);
    for (a, &at) in a.iter().zip(offsets) {
        let b = F32x4::load_slice(&data[at as usize..]);
        for (row, &x) in sum.iter_mut().zip(a) {
            *row = row.add_product(F32x4::splat(x), b);
        }
    }
    sum.map(|row| [row; 2])
}

/// One row times `P` panels of columns, which are read once each: as fast as memory gives them.
#[inline(never)]
pub fn row<const P: usize>(a: &[f32], b: [&[Right]; P]) -> [[F32x4; 2]; P] {
    let b = b.map(|panel| &panel[..a.len()]);
    let mut sums = [[F32x4::splat(0.0); 2]; P];
    for (k, &x) in a.iter().enumerate() {
        let x = F32x4::splat(x);
        for (sum, panel) in sums.iter_mut().zip(&b) {
            let (halves, _) = panel[k].as_chunks::<4>();
            sum[0] = sum[0].add_product(x, F32x4::load(&halves[0]));
            sum[1] = sum[1].add_product(x, F32x4::load(&halves[1]));
        }
    }
    sums
}

/// What is done to sums on their way to memory.
#[derive(Debug, Clone, Copy)]
pub struct Finish<'a> {
    /// Add to what is there: all but the first part of a long product.
    pub accumulate: bool,
    /// The second summand and the distance between its rows (0: one row for all). Only with the last part.
    pub residual: Option<(&'a [f32], usize)>,
    /// Ends of the range that results are clamped to. Only with the last part.
    pub clamp: Option<(f32, f32)>,
}

/// Where a tile goes: its first element, the distance between rows, and how much of it counts.
#[derive(Debug, Clone, Copy)]
pub struct Place {
    pub at: usize,
    pub stride: usize,
    pub rows: usize,
    pub columns: usize,
    /// Where the tile starts in the residual.
    pub residual_at: usize,
}

/// Writes a tile's valid part.
#[inline(always)]
pub fn store(tile: &Tile, place: Place, finish: &Finish<'_>, out: &mut [f32]) {
    let (low, high) = finish.clamp.unwrap_or((f32::NEG_INFINITY, f32::INFINITY));
    let (low, high) = (F32x4::splat(low), F32x4::splat(high));
    for (i, row) in tile.iter().take(place.rows).enumerate() {
        let to = &mut out[place.at + i * place.stride..][..place.columns];
        let residual = finish
            .residual
            .map(|(data, stride)| &data[place.residual_at + i * stride..][..place.columns]);
        let complete = |sum: F32x4, to: &[f32], at: usize| {
            let mut sum = sum;
            if finish.accumulate {
                sum = sum.add(F32x4::load_slice(&to[at..]));
            }
            if let Some(residual) = residual {
                sum = sum.add(F32x4::load_slice(&residual[at..]));
            }
            sum.clamp(low, high)
        };
        if place.columns >= 4 {
            // The second vector ends where the row does, and may begin within the first.
            let at = place.columns - 4;
            let [first, second] = *row;
            let second = match at {
                0 => first,
                1 => first.shifted::<1>(second),
                2 => first.shifted::<2>(second),
                3 => first.shifted::<3>(second),
                _ => second,
            };
            let (first, second) = (complete(first, to, 0), complete(second, to, at));
            first.store_slice(to);
            second.store_slice(&mut to[at..]);
        } else {
            let mut four = ([0.0; 4], [0.0; 4]);
            four.0[..place.columns].copy_from_slice(to);
            if let Some(residual) = residual {
                four.1[..place.columns].copy_from_slice(residual);
            }
            let mut sum = row[0];
            if finish.accumulate {
                sum = sum.add(F32x4::load(&four.0));
            }
            if finish.residual.is_some() {
                sum = sum.add(F32x4::load(&four.1));
            }
            sum.clamp(low, high).store(&mut four.0);
            to.copy_from_slice(&four.0[..place.columns]);
        }
    }
}
