//! Products of matrices that are read through functions, on the tiles that run models.

use crate::kernels::matrix::Columns;
use crate::kernels::pack::{Rows, quads};
use crate::kernels::product::{Tail, Target, multiply_packed};

/// `out = left · right` for sizes (rows, depth, columns); `out` is in row-major order.
pub fn multiply(
    (rows, depth, columns): (usize, usize, usize),
    left: impl Fn(usize, usize) -> f32,
    right: impl Fn(usize, usize) -> f32,
    out: &mut [f32],
) {
    let left = Rows::new(rows, depth, left);
    let right = Columns::new(depth, columns, right);
    let target = Target {
        first: 0,
        width: columns,
        stride: columns,
    };
    let bias = quads(&vec![0.0; rows]);
    multiply_packed(
        left.view(),
        &bias,
        right.panels(),
        target,
        Tail::default(),
        out,
    );
}
