//! Dense products: rows packed ahead times columns packed block by block.

use super::Activation;
use super::pack::{self, Panels};
use super::tile::{self, COLUMNS, Finish, Left, Place, ROWS, Right};

/// How much of the right matrix is packed at a time, in numbers: a quarter of a megabyte, which stays in the
/// second-level cache while every panel of the left one passes over it.
const BLOCK: usize = 1 << 16;
/// The deepest part of a panel that is worked on in one go: both panels then fit the first-level cache.
const DEPTH: usize = 768;

/// What is done to a product before it is left in memory.
#[derive(Debug, Clone, Copy, Default)]
pub struct Tail<'a> {
    /// The second summand and the distance between its rows (0: one row for all).
    pub residual: Option<(&'a [f32], usize)>,
    pub activation: Option<Activation>,
}

impl<'a> Tail<'a> {
    /// What the innermost loop does when `last` part of the depth is summed up.
    pub(super) fn finish(&self, accumulate: bool, last: bool) -> Finish<'a> {
        Finish {
            accumulate,
            residual: self.residual.filter(|_| last),
            clamp: self.activation.and_then(Activation::clamp).filter(|_| last),
        }
    }

    /// The activation that has to be applied to rows in memory, because registers only clamp.
    pub(super) fn afterwards(&self) -> Option<Activation> {
        self.activation.filter(|a| a.clamp().is_none())
    }
}

/// How many columns are packed at a time.
fn block_columns(depth: usize, columns: usize) -> usize {
    let fitting = BLOCK / depth.max(1) / COLUMNS * COLUMNS;
    fitting
        .max(6 * COLUMNS)
        .min(columns.next_multiple_of(COLUMNS))
}

/// Numbers of scratch that [`multiply`] wants.
pub fn scratch_len(depth: usize, columns: usize) -> usize {
    depth * block_columns(depth, columns)
}

/// `out = left · right + bias`, then the tail. `right` (depth, columns) and `out` (rows, columns) are in
/// row-major order; `bias` has a quad for each panel of `left`.
pub fn multiply(
    left: Panels<'_>,
    bias: &[Left],
    right: &[f32],
    columns: usize,
    tail: Tail<'_>,
    out: &mut [f32],
    scratch: &mut [f32],
) {
    let block = block_columns(left.depth, columns);
    let (panels, _) = scratch.as_chunks_mut::<COLUMNS>();
    for first in (0..columns).step_by(block) {
        let width = block.min(columns - first);
        pack::columns(right, columns, left.depth, first, width, panels);
        let target = Target {
            first,
            width,
            stride: columns,
        };
        multiply_packed(left, bias, panels, target, tail, out);
    }
}

/// The columns of the result that a run of packed panels makes.
#[derive(Debug, Clone, Copy)]
pub struct Target {
    pub first: usize,
    pub width: usize,
    /// The distance between rows of the result.
    pub stride: usize,
}

/// The same product with the right matrix packed as [`pack::columns`] does.
pub fn multiply_packed(
    left: Panels<'_>,
    bias: &[Left],
    right: &[Right],
    target: Target,
    tail: Tail<'_>,
    out: &mut [f32],
) {
    let depth = left.depth;
    let parts = depth.div_ceil(DEPTH).max(1);
    for part in 0..parts {
        let (from, to) = (part * depth / parts, (part + 1) * depth / parts);
        let last = part + 1 == parts;
        let finish = tail.finish(part > 0, last);
        for (panel, &bias) in bias.iter().enumerate() {
            let row = panel * ROWS;
            let rows = ROWS.min(left.rows - row);
            let a = &left.panels[panel * depth + from..panel * depth + to];
            let start = if part == 0 { bias } else { [0.0; ROWS] };
            for (j, b) in (0..target.width).step_by(COLUMNS).zip(0..) {
                let b = &right[b * depth + from..b * depth + to];
                let columns = COLUMNS.min(target.width - j);
                let sums = match columns {
                    ..=4 => tile::packed_half(a, b, &start),
                    _ => tile::packed(a, b, &start),
                };
                let column = target.first + j;
                let place = Place {
                    at: row * target.stride + column,
                    stride: target.stride,
                    rows,
                    columns,
                    residual_at: tail.residual.map_or(0, |(_, stride)| row * stride) + column,
                };
                tile::store(&sums, place, &finish, out);
            }
            if let Some(activation) = tail.afterwards().filter(|_| last) {
                for i in row..row + rows {
                    activation.apply(&mut out[i * target.stride + target.first..][..target.width]);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{assert_close, numbers};

    #[test]
    fn agrees_with_three_loops_on_odd_shapes() {
        let shapes = [
            (1, 1, 1),
            (3, 5, 7),
            (4, 8, 16),
            (5, 9, 1),
            (7, 49, 33),
            (13, 20, 800),
            (6, 100, 1700),
            (2, 3000, 3),
        ];
        for (rows, columns, depth) in shapes {
            let a = numbers(rows * depth, 1);
            let b = numbers(depth * columns, 2);
            let bias = numbers(rows, 3);
            let residual = numbers(rows * columns, 4);
            let left = pack::Rows::new(rows, depth, |i, k| a[i * depth + k]);
            for activation in [
                None,
                Some(Activation::Clamp {
                    low: 0.0,
                    high: 6.0,
                }),
                Some(Activation::HardSwish),
            ] {
                let mut want = residual.clone();
                for i in 0..rows {
                    for j in 0..columns {
                        let products = (0..depth)
                            .map(|k| f64::from(a[i * depth + k]) * f64::from(b[k * columns + j]));
                        want[i * columns + j] += bias[i] + products.sum::<f64>() as f32;
                    }
                }
                if let Some(activation) = activation {
                    activation.apply(&mut want);
                }
                let tail = Tail {
                    residual: Some((&residual, columns)),
                    activation,
                };
                let mut out = vec![f32::NAN; rows * columns];
                let mut scratch = vec![f32::NAN; scratch_len(depth, columns)];
                let bias = pack::quads(&bias);
                multiply(
                    left.view(),
                    &bias,
                    &b,
                    columns,
                    tail,
                    &mut out,
                    &mut scratch,
                );
                assert_close(&out, &want);
            }
        }
    }
}
