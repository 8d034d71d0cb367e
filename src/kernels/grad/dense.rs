//! Matrix products with both sides learned or computed.

use super::weights::{multiply, scratch_len};
use super::{Backward, Differentiable};

/// `alpha · A · B + beta · C`, where each factor may be stored transposed (ONNX `Gemm`).
pub struct Dense {
    pub rows: usize,
    pub depth: usize,
    pub columns: usize,
    pub trans_a: bool,
    pub trans_b: bool,
    pub alpha: f32,
    pub beta: f32,
    /// How far apart `C`'s rows and columns are in memory: 0 where it is broadcast.
    pub summand: Option<(usize, usize)>,
}

impl Dense {
    /// The plain product of two matrices.
    pub fn new(rows: usize, depth: usize, columns: usize) -> Self {
        Dense {
            rows,
            depth,
            columns,
            trans_a: false,
            trans_b: false,
            alpha: 1.0,
            beta: 1.0,
            summand: None,
        }
    }
}

impl Differentiable for Dense {
    fn scratch_len(&self) -> usize {
        let (m, k, n) = (self.rows, self.depth, self.columns);
        let of_left = match self.trans_a {
            false => (m, n, k),
            true => (k, n, m),
        };
        let of_right = match self.trans_b {
            false => (k, m, n),
            true => (n, m, k),
        };
        let sizes = [(m, k, n), of_left, of_right];
        sizes.map(scratch_len).into_iter().max().unwrap_or(0)
    }

    fn forward(&mut self, inputs: &[&[f32]], outputs: &mut [&mut [f32]], scratch: &mut [f32]) {
        let (m, k, n) = (self.rows, self.depth, self.columns);
        let a = View::new(inputs[0], self.trans_a, m, k);
        let b = View::new(inputs[1], self.trans_b, k, n);
        multiply(
            (m, k, n),
            |i, k| a.at(i, k),
            |k, j| b.at(k, j),
            outputs[0],
            scratch,
        );
        if self.alpha != 1.0 {
            outputs[0].iter_mut().for_each(|x| *x *= self.alpha);
        }
        if let Some((row, column)) = self.summand {
            for (i, out) in outputs[0].chunks_exact_mut(n.max(1)).enumerate() {
                for (j, out) in out.iter_mut().enumerate() {
                    *out += self.beta * inputs[2][i * row + j * column];
                }
            }
        }
    }

    fn backward(&mut self, pass: &mut Backward<'_, '_>, scratch: &mut [f32]) {
        let (m, k, n) = (self.rows, self.depth, self.columns);
        let a = View::new(pass.inputs[0], self.trans_a, m, k);
        let b = View::new(pass.inputs[1], self.trans_b, k, n);
        let given = View::new(pass.given[0], false, m, n);
        let alpha = self.alpha;
        if let Some(wanted) = pass.want(0) {
            // dA = dY · Bᵀ, and its transpose where A is stored so.
            match self.trans_a {
                false => multiply(
                    (m, n, k),
                    |i, j| given.at(i, j),
                    |j, k| b.at(k, j) * alpha,
                    wanted,
                    scratch,
                ),
                true => multiply(
                    (k, n, m),
                    |k, j| b.at(k, j) * alpha,
                    |j, i| given.at(i, j),
                    wanted,
                    scratch,
                ),
            }
        }
        if let Some(wanted) = pass.want(1) {
            match self.trans_b {
                false => multiply(
                    (k, m, n),
                    |k, i| a.at(i, k) * alpha,
                    |i, j| given.at(i, j),
                    wanted,
                    scratch,
                ),
                true => multiply(
                    (n, m, k),
                    |j, i| given.at(i, j),
                    |i, k| a.at(i, k) * alpha,
                    wanted,
                    scratch,
                ),
            }
        }
        if let (Some((row, column)), Some(wanted)) = (self.summand, pass.want(2)) {
            wanted.fill(0.0);
            for i in 0..m {
                for j in 0..n {
                    wanted[i * row + j * column] += self.beta * given.at(i, j);
                }
            }
        }
    }
}

/// A matrix in memory, possibly stored transposed.
struct View<'a> {
    data: &'a [f32],
    row: usize,
    column: usize,
}

impl<'a> View<'a> {
    fn new(data: &'a [f32], transposed: bool, rows: usize, columns: usize) -> Self {
        let (row, column) = if transposed { (1, rows) } else { (columns, 1) };
        View { data, row, column }
    }

    #[inline(always)]
    fn at(&self, i: usize, j: usize) -> f32 {
        self.data[i * self.row + j * self.column]
    }
}
