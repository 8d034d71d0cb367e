//! Transposing a matrix.

use super::simd::F32x4;
use super::weave::in_pairs;

/// Columns of the input, each in a cache line of its own, that are read together.
const BLOCK: usize = 16;

/// Transposes a matrix: `to[row · to_step + column] = from[column · from_step + row]` for so many (rows, columns).
pub fn turn(
    (rows, columns): (usize, usize),
    (from, from_step): (&[f32], usize),
    (to, to_step): (&mut [f32], usize),
) {
    if columns == 2 && to_step == 2 && rows > 0 {
        let (a, b) = (&from[..rows], &from[from_step..][..rows]);
        return in_pairs(a, b, &mut to[..2 * rows]);
    }
    let (whole_rows, whole_columns) = (rows / 4 * 4, columns / 4 * 4);
    for first in (0..whole_columns).step_by(BLOCK) {
        let last = (first + BLOCK).min(whole_columns);
        for row in (0..whole_rows).step_by(4) {
            for column in (first..last).step_by(4) {
                let four = std::array::from_fn(|i| {
                    F32x4::load_slice(&from[(column + i) * from_step + row..])
                });
                for (i, four) in F32x4::transpose(four).into_iter().enumerate() {
                    four.store_slice(&mut to[(row + i) * to_step + column..]);
                }
            }
        }
    }
    one_by_one(
        0..whole_rows,
        whole_columns..columns,
        (from, from_step),
        (to, to_step),
    );
    one_by_one(
        whole_rows..rows,
        0..columns,
        (from, from_step),
        (to, to_step),
    );
}

fn one_by_one(
    rows: std::ops::Range<usize>,
    columns: std::ops::Range<usize>,
    (from, from_step): (&[f32], usize),
    (to, to_step): (&mut [f32], usize),
) {
    // The shorter side is walked from outside, so that the loop inside is long.
    if columns.len() < rows.len() {
        for column in columns {
            let source = &from[column * from_step..][rows.clone()];
            let places = to[rows.start * to_step + column..]
                .iter_mut()
                .step_by(to_step);
            places.zip(source).for_each(|(to, from)| *to = *from);
        }
        return;
    }
    for row in rows {
        let source = from[row..].iter().step_by(from_step).skip(columns.start);
        let to = &mut to[row * to_step..][columns.clone()];
        to.iter_mut().zip(source).for_each(|(to, from)| *to = *from);
    }
}
