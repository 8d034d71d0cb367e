//! Normal equations, summed up as the pictures stream by: nothing of a picture is kept.

use crate::kernels::grad::Differentiable;
use crate::kernels::grad::dense::Dense;
use ndarray::{Array2, ArrayView2};

/// Rows that are collected before they are summed up.
const ROWS: usize = 512;

/// Sums over places, for one group of a layer: of patches, of what is missing at the end of the unit, and of the products of both.
pub struct Sums {
    depth: usize,
    outputs: usize,
    /// Rows of (patch, missing, target), which are not yet in the sums.
    rows: Vec<f32>,
    /// What patches are taken around, near their mean, so that nothing is lost where that is far from zero.
    pivot: Option<Vec<f32>>,
    count: usize,
    gram: Array2<f32>,
    moment: Array2<f32>,
    patch: Vec<f64>,
    missing: Vec<f64>,
    missing_squares: Vec<f64>,
    target: Vec<f64>,
    target_squares: Vec<f64>,
    product: Vec<f32>,
    scratch: Vec<f32>,
}

/// The same, around the means, a place: what a layer's correction follows from.
pub struct Equations {
    /// (depth, depth) and (depth, outputs).
    pub gram: Array2<f32>,
    pub moment: Array2<f32>,
    pub patch: Vec<f64>,
    pub missing: Vec<f64>,
    /// Variances, by output.
    pub missing_variance: Vec<f64>,
    pub target_variance: Vec<f64>,
}

impl Sums {
    /// None yet, for a layer with patches of `depth` numbers.
    pub fn new(depth: usize, outputs: usize) -> Self {
        Sums {
            depth,
            outputs,
            rows: Vec::new(),
            pivot: None,
            count: 0,
            gram: Array2::zeros((depth, depth)),
            moment: Array2::zeros((depth, outputs)),
            patch: vec![0.0; depth],
            missing: vec![0.0; outputs],
            missing_squares: vec![0.0; outputs],
            target: vec![0.0; outputs],
            target_squares: vec![0.0; outputs],
            product: Vec::new(),
            scratch: Vec::new(),
        }
    }

    /// Takes in a place: `fill` writes the patch (depth), and what is missing and what is aimed at (outputs each).
    pub fn add(&mut self, fill: impl FnOnce(&mut [f32], &mut [f32], &mut [f32])) {
        let width = self.depth + 2 * self.outputs;
        let start = self.rows.len();
        self.rows.resize(start + width, 0.0);
        let (patch, rest) = self.rows[start..].split_at_mut(self.depth);
        let (missing, target) = rest.split_at_mut(self.outputs);
        fill(patch, missing, target);
        if self.rows.len() >= ROWS * width {
            self.flush();
        }
    }

    fn flush(&mut self) {
        let (depth, outputs) = (self.depth, self.outputs);
        let width = depth + 2 * outputs;
        let count = self.rows.len() / width.max(1);
        if count == 0 {
            return;
        }
        let rows = ArrayView2::from_shape((count, width), &self.rows).expect("whole rows");
        let pivot = self.pivot.get_or_insert_with(|| {
            let mean = |k: usize| rows.column(k).iter().map(|&x| f64::from(x)).sum::<f64>();
            (0..depth)
                .map(|k| (mean(k) / count as f64) as f32)
                .collect()
        });
        let around = |n: usize, k: usize| rows[[n, k]] - pivot[k];
        let patches = Array2::from_shape_fn((count, depth), |(n, k)| around(n, k));
        let missing = Array2::from_shape_fn((count, outputs), |(n, o)| rows[[n, depth + o]]);
        for row in patches.rows() {
            self.patch
                .iter_mut()
                .zip(row)
                .for_each(|(sum, &x)| *sum += f64::from(x));
        }
        for row in rows.rows() {
            for o in 0..outputs {
                let (r, t) = (
                    f64::from(row[depth + o]),
                    f64::from(row[depth + outputs + o]),
                );
                self.missing[o] += r;
                self.missing_squares[o] += r * r;
                self.target[o] += t;
                self.target_squares[o] += t * t;
            }
        }
        for (right, to) in [(&patches, &mut self.gram), (&missing, &mut self.moment)] {
            let columns = right.ncols();
            let mut product = Dense::new(depth, count, columns);
            product.trans_a = true;
            self.scratch
                .resize(self.scratch.len().max(product.scratch_len()), 0.0);
            self.product.resize(depth * columns, 0.0);
            let read = [patches.as_slice(), right.as_slice()].map(Option::unwrap_or_default);
            product.forward(&read, &mut [&mut self.product], &mut self.scratch);
            to.iter_mut()
                .zip(&self.product)
                .for_each(|(sum, x)| *sum += x);
        }
        self.count += count;
        self.rows.clear();
    }

    /// All that was taken in; `centered` where something takes over the means.
    pub fn finish(mut self, centered: bool) -> Equations {
        self.flush();
        let count = self.count.max(1) as f64;
        let mean = |sums: &[f64]| -> Vec<f64> { sums.iter().map(|sum| sum / count).collect() };
        let (around, missing, target) =
            (mean(&self.patch), mean(&self.missing), mean(&self.target));
        let pivot = self.pivot.unwrap_or_else(|| vec![0.0; self.depth]);
        let patch: Vec<f64> = around
            .iter()
            .zip(&pivot)
            .map(|(mean, &pivot)| mean + f64::from(pivot))
            .collect();
        // Around the mean, and back to zero where nothing takes it over.
        let back = |k: usize| if centered { 0.0 } else { patch[k] };
        let gram = Array2::from_shape_fn((self.depth, self.depth), |(j, k)| {
            (f64::from(self.gram[[j, k]]) / count - around[j] * around[k] + back(j) * back(k))
                as f32
        });
        let moment = Array2::from_shape_fn((self.depth, self.outputs), |(k, o)| {
            (f64::from(self.moment[[k, o]]) / count - around[k] * missing[o] + back(k) * missing[o])
                as f32
        });
        let variance = |squares: &[f64], mean: &[f64]| -> Vec<f64> {
            let both = squares.iter().zip(mean);
            both.map(|(squares, mean)| (squares / count - mean * mean).max(0.0))
                .collect()
        };
        Equations {
            missing_variance: variance(&self.missing_squares, &missing),
            target_variance: variance(&self.target_squares, &target),
            gram,
            moment,
            patch,
            missing,
        }
    }
}
