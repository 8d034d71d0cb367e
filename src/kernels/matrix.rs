//! Products of matrices, one or a batch of them. Whatever is constant is packed ahead.

use super::pack::{self, Panels, Rows, panel_count};
use super::product::{Tail, Target, multiply_packed};
use super::tile::{self, COLUMNS, Left, Place, ROWS, Right};
use super::{Activation, Kernel};

/// With no more rows than this, the right matrix is read once for each row.
const FEW_ROWS: usize = 3;

/// One operand: packed ahead, or read at run time.
pub enum Operand<P> {
    Packed(P),
    Given,
}

/// A constant right matrix in panels of columns.
pub struct Columns {
    /// Panel after panel, each as long as the matrix is deep.
    panels: Vec<Right>,
}

impl Columns {
    /// Packs the matrix whose element (depth, column) is `at(depth, column)`.
    pub fn new(depth: usize, columns: usize, at: impl Fn(usize, usize) -> f32) -> Self {
        let mut panels = vec![[0.0; COLUMNS]; panel_count(columns) * depth];
        pack::panels_of((columns, depth), |column, k| at(k, column), &mut panels);
        Columns { panels }
    }
}

/// Sizes of one product: (rows, depth) times (depth, columns).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    pub rows: usize,
    pub depth: usize,
    pub columns: usize,
}

/// A batch of products.
pub struct MatrixProduct {
    pub size: Size,
    pub left: Operand<Rows>,
    pub right: Operand<Columns>,
    /// For each product of the batch: which matrix of the left operand, and which of the right one.
    pub pairs: Vec<(usize, usize)>,
    /// A constant summand: one row, or a whole matrix.
    pub summand: Vec<f32>,
    /// Whether the last run-time input, of the output's shape, is added instead of the constant.
    pub residual: bool,
    pub activation: Option<Activation>,
}

impl MatrixProduct {
    fn left_len(&self) -> usize {
        match self.left {
            Operand::Packed(_) => 0,
            Operand::Given => self.size.rows.div_ceil(ROWS) * ROWS * self.size.depth,
        }
    }

    /// Whether rows are multiplied one by one.
    fn row_by_row(&self) -> bool {
        let given = matches!(self.left, Operand::Given);
        given && matches!(self.right, Operand::Packed(_)) && self.size.rows <= FEW_ROWS
    }

    fn rows_one_by_one(&self, left: &[f32], right: &[Right], tail: Tail<'_>, out: &mut [f32]) {
        let Size { depth, columns, .. } = self.size;
        let finish = tail.finish(false, true);
        let stride = tail.residual.map_or(0, |(_, stride)| stride);
        for i in 0..self.size.rows {
            let a = &left[i * depth..][..depth];
            let mut write = |panel: usize, sum: [_; 2]| {
                let place = Place {
                    at: i * columns + panel * COLUMNS,
                    stride: columns,
                    rows: 1,
                    columns: COLUMNS.min(columns - panel * COLUMNS),
                    residual_at: i * stride + panel * COLUMNS,
                };
                tile::store(&[sum; ROWS], place, &finish, out);
            };
            let panel = |p: usize| &right[p * depth..][..depth];
            let mut p = 0;
            while p + 4 <= panel_count(columns) {
                let four = std::array::from_fn(|j| panel(p + j));
                for (j, sum) in tile::row::<4>(a, four).into_iter().enumerate() {
                    write(p + j, sum);
                }
                p += 4;
            }
            for p in p..panel_count(columns) {
                write(p, tile::row::<1>(a, [panel(p)])[0]);
            }
        }
        if let Some(activation) = tail.afterwards() {
            activation.apply(out);
        }
    }
}

impl Kernel for MatrixProduct {
    fn scratch_len(&self) -> usize {
        let right = match self.right {
            Operand::Packed(_) => 0,
            Operand::Given => panel_count(self.size.columns) * COLUMNS * self.size.depth,
        };
        self.left_len() + right
    }

    fn run(&self, inputs: &[&[f32]], outputs: &mut [&mut [f32]], scratch: &mut [f32]) {
        let Size {
            rows,
            depth,
            columns,
        } = self.size;
        let mut inputs = inputs.iter().copied();
        let mut given = |needed: bool| {
            if needed {
                inputs.next().unwrap_or_default()
            } else {
                &[]
            }
        };
        let left_data = given(matches!(self.left, Operand::Given));
        let right_data = given(matches!(self.right, Operand::Given));
        let residual = given(self.residual);
        let (left_space, right_space) = scratch.split_at_mut(self.left_len());
        let (left_space, _) = left_space.as_chunks_mut::<ROWS>();
        let (right_space, _) = right_space.as_chunks_mut::<COLUMNS>();
        let bias: Vec<Left> = vec![[0.0; ROWS]; rows.div_ceil(ROWS)];
        let len = rows * columns;
        // What is packed already need not be packed again for the next product.
        let mut packed = (None, None);
        for (at, &(l, r)) in self.pairs.iter().enumerate() {
            let out = &mut outputs[0][at * len..][..len];
            let tail = Tail {
                residual: match (self.residual, self.summand.len()) {
                    (true, _) => Some((&residual[at * len..][..len], columns)),
                    (false, 0) => None,
                    (false, n) if n == columns => Some((&self.summand, 0)),
                    (false, _) => Some((&self.summand, columns)),
                },
                activation: self.activation,
            };
            if let (true, Operand::Packed(right)) = (self.row_by_row(), &self.right) {
                let left = &left_data[l * rows * depth..][..rows * depth];
                self.rows_one_by_one(left, &right.panels, tail, out);
                continue;
            }
            let left = match &self.left {
                Operand::Packed(rows) => rows.view(),
                Operand::Given => {
                    if packed.0 != Some(l) {
                        let data = &left_data[l * rows * depth..][..rows * depth];
                        pack::rows(data, depth, left_space);
                        packed.0 = Some(l);
                    }
                    Panels {
                        rows,
                        depth,
                        panels: left_space,
                    }
                }
            };
            let right: &[Right] = match &self.right {
                Operand::Packed(columns) => &columns.panels,
                Operand::Given => {
                    if packed.1 != Some(r) {
                        let data = &right_data[r * depth * columns..][..depth * columns];
                        pack::columns(data, columns, depth, 0, columns, right_space);
                        packed.1 = Some(r);
                    }
                    right_space
                }
            };
            let target = Target {
                first: 0,
                width: columns,
                stride: columns,
            };
            multiply_packed(left, &bias, right, target, tail, out);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{assert_close, numbers};

    fn by_definition(size: Size, a: &[f32], b: &[f32]) -> Vec<f32> {
        let mut out = Vec::new();
        for i in 0..size.rows {
            for j in 0..size.columns {
                let product =
                    |k| f64::from(a[i * size.depth + k]) * f64::from(b[k * size.columns + j]);
                out.push((0..size.depth).map(product).sum::<f64>() as f32);
            }
        }
        out
    }

    #[test]
    fn constant_right_matrix() {
        for (rows, depth, columns) in [(1, 1, 1), (1, 70, 50), (3, 9, 17), (5, 33, 12), (8, 900, 8)]
        {
            let size = Size {
                rows,
                depth,
                columns,
            };
            let (a, b) = (numbers(rows * depth, 1), numbers(depth * columns, 2));
            let summand = numbers(columns, 3);
            let kernel = MatrixProduct {
                size,
                left: Operand::Given,
                right: Operand::Packed(Columns::new(depth, columns, |k, j| b[k * columns + j])),
                pairs: vec![(0, 0)],
                summand: summand.clone(),
                residual: false,
                activation: Some(Activation::Tanh),
            };
            let mut want = by_definition(size, &a, &b);
            for row in want.chunks_mut(columns) {
                row.iter_mut().zip(&summand).for_each(|(w, s)| *w += s);
            }
            Activation::Tanh.apply(&mut want);
            let mut out = vec![f32::NAN; rows * columns];
            let mut scratch = vec![f32::NAN; kernel.scratch_len()];
            kernel.run(&[&a], &mut [&mut out], &mut scratch);
            assert_close(&out, &want);
        }
    }

    #[test]
    fn batches_of_activations_with_a_shared_side() {
        let size = Size {
            rows: 5,
            depth: 6,
            columns: 9,
        };
        let (a, b) = (numbers(2 * 30, 1), numbers(54, 2));
        let residual = numbers(2 * 45, 3);
        for packed in [false, true] {
            let kernel = MatrixProduct {
                size,
                left: match packed {
                    true => Operand::Packed(Rows::new(5, 6, |i, k| a[i * 6 + k])),
                    false => Operand::Given,
                },
                right: Operand::Given,
                pairs: if packed {
                    vec![(0, 0)]
                } else {
                    vec![(0, 0), (1, 0)]
                },
                summand: Vec::new(),
                residual: true,
                activation: None,
            };
            let count = kernel.pairs.len();
            let mut want = Vec::new();
            for i in 0..count {
                want.extend(by_definition(size, &a[i * 30..], &b));
            }
            want.iter_mut().zip(&residual).for_each(|(w, r)| *w += r);
            let mut out = vec![f32::NAN; count * 45];
            let mut scratch = vec![f32::NAN; kernel.scratch_len()];
            let inputs: &[&[f32]] = match packed {
                true => &[&b, &residual],
                false => &[&a, &b, &residual],
            };
            kernel.run(inputs, &mut [&mut out], &mut scratch);
            assert_close(&out, &want);
        }
    }
}
