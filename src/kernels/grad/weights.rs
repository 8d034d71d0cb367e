//! Products of matrices that are read through functions, on the tiles that run models.

use crate::pack::{Panels, panel_count, panels_of};
use crate::product::{Tail, Target, multiply_packed};
use crate::tile::{COLUMNS, ROWS};

/// Numbers that both packed matrices and a summand for each row take, for sizes (rows, depth, columns).
fn parts((rows, depth, columns): (usize, usize, usize)) -> [usize; 3] {
    let rows = rows.div_ceil(ROWS) * ROWS;
    [rows * depth, panel_count(columns) * COLUMNS * depth, rows]
}

/// Numbers of working memory that [`multiply`] wants.
pub fn scratch_len(size: (usize, usize, usize)) -> usize {
    parts(size).iter().sum()
}

/// `out = left · right` for sizes (rows, depth, columns); `out` is in row-major order.
pub fn multiply(
    size: (usize, usize, usize),
    left: impl Fn(usize, usize) -> f32,
    right: impl Fn(usize, usize) -> f32,
    out: &mut [f32],
    scratch: &mut [f32],
) {
    let (rows, depth, columns) = size;
    let [of_left, of_right, of_bias] = parts(size);
    let (panels, scratch) = scratch.split_at_mut(of_left);
    let (numbers, scratch) = scratch.split_at_mut(of_right);
    let bias = &mut scratch[..of_bias];
    let panels = panels.as_chunks_mut::<ROWS>().0;
    let numbers = numbers.as_chunks_mut::<COLUMNS>().0;
    panels_of((rows, depth), left, panels);
    panels_of((columns, depth), |column, k| right(k, column), numbers);
    bias.fill(0.0);
    let left = Panels {
        rows,
        depth,
        panels,
    };
    let target = Target {
        first: 0,
        width: columns,
        stride: columns,
    };
    let bias = bias.as_chunks().0;
    multiply_packed(left, bias, numbers, target, Tail::default(), out);
}
