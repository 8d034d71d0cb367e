//! Matrices in the order in which the product's innermost loop reads them.

use super::simd::F32x4;
use super::tile::{COLUMNS, Left, ROWS, Right};

/// A left matrix in panels of four rows; the last panel is filled up with zeros.
#[derive(Debug, Clone)]
pub struct Rows {
    pub rows: usize,
    pub depth: usize,
    /// Panel after panel, each `depth` long.
    pub panels: Vec<Left>,
}

impl Rows {
    /// Packs the matrix whose element (row, depth) is `at(row, depth)`.
    pub fn new(rows: usize, depth: usize, at: impl Fn(usize, usize) -> f32) -> Self {
        let mut panels = vec![[0.0; ROWS]; rows.div_ceil(ROWS) * depth];
        panels_of((rows, depth), at, &mut panels);
        Rows {
            rows,
            depth,
            panels,
        }
    }

    /// The panels as a product reads them.
    pub fn view(&self) -> Panels<'_> {
        Panels {
            rows: self.rows,
            depth: self.depth,
            panels: &self.panels,
        }
    }
}

/// A left matrix that somebody packed.
#[derive(Debug, Clone, Copy)]
pub struct Panels<'a> {
    pub rows: usize,
    pub depth: usize,
    pub panels: &'a [Left],
}

/// Packs lines of numbers side by side, `N` a panel: rows of a left matrix, or columns of a right one, as [`columns`] does.
/// There are so many, and they are so long (lines, depth); number `k` of a line is `at(line, k)`. `panels` has `depth` places
/// for each `N` lines, and the last is filled up with zeros.
pub fn panels_of<const N: usize>(
    (lines, depth): (usize, usize),
    at: impl Fn(usize, usize) -> f32,
    panels: &mut [[f32; N]],
) {
    let firsts = (0..lines).step_by(N);
    for (first, panel) in firsts.zip(panels.chunks_exact_mut(depth.max(1))) {
        for (k, numbers) in panel.iter_mut().enumerate() {
            *numbers = std::array::from_fn(|i| match first + i < lines {
                true => at(first + i, k),
                false => 0.0,
            });
        }
    }
}

/// Packs the rows of a left matrix in row-major order, at run time. `panels` has `depth` quads for each four rows.
pub fn rows(data: &[f32], depth: usize, panels: &mut [Left]) {
    for (rows, panel) in data
        .chunks(ROWS * depth.max(1))
        .zip(panels.chunks_exact_mut(depth.max(1)))
    {
        panel.fill([0.0; ROWS]);
        for (i, row) in rows.chunks_exact(depth.max(1)).enumerate() {
            for (quad, &x) in panel.iter_mut().zip(row) {
                quad[i] = x;
            }
        }
    }
}

/// One number for each row, four by four, the last filled up with zeros.
pub fn quads(numbers: &[f32]) -> Vec<Left> {
    let mut quads = vec![[0.0; ROWS]; numbers.len().div_ceil(ROWS)];
    quads.as_flattened_mut()[..numbers.len()].copy_from_slice(numbers);
    quads
}

/// Packs `columns` columns, from `first` on, of the first `depth` rows of a right matrix whose rows are
/// `stride` apart. Panel after panel, each `depth` long; the last is filled up with zeros.
pub fn columns(
    data: &[f32],
    stride: usize,
    depth: usize,
    first: usize,
    columns: usize,
    panels: &mut [Right],
) {
    for k in 0..depth {
        let row = &data[k * stride + first..][..columns];
        let (whole, rest) = row.as_chunks::<COLUMNS>();
        let mut at = k;
        for chunk in whole {
            panels[at] = *chunk;
            at += depth;
        }
        if !rest.is_empty() {
            panels[at] = [0.0; COLUMNS];
            panels[at][..rest.len()].copy_from_slice(rest);
        }
    }
}

/// How many panels that many columns make.
pub fn panel_count(columns: usize) -> usize {
    columns.div_ceil(COLUMNS)
}

/// Packs `N` rows, which are `panel.len()` long: number `i` of each of them is side by side in `panel[i]`.
#[inline(always)]
pub fn interleave<const N: usize>(rows: [&[f32]; N], panel: &mut [[f32; N]]) {
    let len = panel.len();
    let rows = rows.map(|row| &row[..len]);
    if len < 4 {
        for (i, to) in panel.iter_mut().enumerate() {
            *to = rows.map(|row| row[i]);
        }
        return;
    }
    for first in (0..len).step_by(4) {
        // Some of the last four may have been packed already.
        let first = first.min(len - 4);
        let to = &mut panel[first..][..4];
        for quad in (0..N).step_by(4) {
            let four = std::array::from_fn(|i| F32x4::load_slice(&rows[quad + i][first..]));
            for (to, four) in to.iter_mut().zip(F32x4::transpose(four)) {
                four.store_slice(&mut to[quad..]);
            }
        }
    }
}
