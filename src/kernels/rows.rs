//! Normalizations of each row of a matrix.

use super::pool::sum;
use super::{Kernel, math};

/// `eˣ / Σ eˣ` along the middle axis of (outer, length, inner).
pub struct Softmax {
    pub length: usize,
    pub inner: usize,
}

impl Kernel for Softmax {
    fn run(&self, inputs: &[&[f32]], outputs: &mut [&mut [f32]], _scratch: &mut [f32]) {
        let block = (self.length * self.inner).max(1);
        let blocks = inputs[0]
            .chunks_exact(block)
            .zip(outputs[0].chunks_exact_mut(block));
        for (from, to) in blocks {
            if self.inner == 1 {
                let largest = from.iter().copied().fold(f32::NEG_INFINITY, f32::max);
                to.iter_mut()
                    .zip(from)
                    .for_each(|(y, x)| *y = math::exp(x - largest));
                let total = sum(to);
                to.iter_mut().for_each(|y| *y /= total);
                continue;
            }
            for i in 0..self.inner {
                let column = (i..block).step_by(self.inner);
                let largest = column
                    .clone()
                    .map(|at| from[at])
                    .fold(f32::NEG_INFINITY, f32::max);
                let mut total = 0.0;
                for at in column.clone() {
                    to[at] = math::exp(from[at] - largest);
                    total += to[at];
                }
                column.for_each(|at| to[at] /= total);
            }
        }
    }
}

/// `(x − mean) / √(variance + epsilon)` over each row, then a factor and a summand.
pub struct Normalize {
    pub length: usize,
    pub epsilon: f32,
    pub scale: Vec<f32>,
    pub shift: Vec<f32>,
    pub weights: Weights,
}

/// What the factors and summands of a normalization go with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weights {
    /// Positions in a row (LayerNormalization).
    Positions,
    /// Rows, counted again from 0 after the last (InstanceNormalization).
    Rows,
}

impl Kernel for Normalize {
    fn run(&self, inputs: &[&[f32]], outputs: &mut [&mut [f32]], _scratch: &mut [f32]) {
        let length = self.length.max(1);
        let rows = inputs[0]
            .chunks_exact(length)
            .zip(outputs[0].chunks_exact_mut(length));
        for (at, (from, to)) in rows.enumerate() {
            let mean = sum(from) / length as f32;
            to.iter_mut()
                .zip(from)
                .for_each(|(y, x)| *y = (x - mean) * (x - mean));
            let factor = 1.0 / (sum(to) / length as f32 + self.epsilon).sqrt();
            let normal = from.iter().map(|x| (x - mean) * factor);
            match self.weights {
                Weights::Positions => {
                    let weights = self.scale.iter().zip(&self.shift);
                    for ((y, x), (scale, shift)) in to.iter_mut().zip(normal).zip(weights) {
                        *y = x * scale + shift;
                    }
                }
                Weights::Rows => {
                    let row = at % self.scale.len().max(1);
                    let (scale, shift) = (self.scale[row], self.shift[row]);
                    to.iter_mut()
                        .zip(normal)
                        .for_each(|(y, x)| *y = x * scale + shift);
                }
            }
        }
    }
}

/// The place of the largest number, of equal ones the first; `None` without numbers.
pub fn argmax(numbers: &[f32]) -> Option<usize> {
    let order = |&a: &usize, &b: &usize| numbers[a].total_cmp(&numbers[b]).then(b.cmp(&a));
    (0..numbers.len()).max_by(order)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{assert_close, numbers};

    #[test]
    fn softmax_along_either_kind_of_axis() {
        let data: Vec<f32> = numbers(60, 1).iter().map(|x| x * 20.0).collect();
        for (length, inner) in [(5, 1), (5, 4), (20, 3)] {
            let mut out = vec![f32::NAN; 60];
            Softmax { length, inner }.run(&[&data], &mut [&mut out], &mut []);
            let exp = |at: usize| f64::from(data[at]).exp();
            let want: Vec<f32> = (0..60)
                .map(|at| {
                    let first = at / (length * inner) * length * inner + at % inner;
                    let total: f64 = (0..length).map(|k| exp(first + k * inner)).sum();
                    (exp(at) / total) as f32
                })
                .collect();
            assert_close(&out, &want);
        }
    }

    #[test]
    fn normal_rows_have_mean_0_and_variance_1() {
        let data = numbers(40, 2);
        let (scale, shift) = (vec![2.0; 20], vec![1.0; 20]);
        for (weights, count) in [(Weights::Positions, 20), (Weights::Rows, 2)] {
            let kernel = Normalize {
                length: 20,
                epsilon: 0.0,
                scale: scale[..count].to_vec(),
                shift: shift[..count].to_vec(),
                weights,
            };
            let mut out = vec![f32::NAN; 40];
            kernel.run(&[&data], &mut [&mut out], &mut []);
            for row in out.chunks(20) {
                let mean = row.iter().sum::<f32>() / 20.0;
                let variance = row.iter().map(|x| (x - mean).powi(2)).sum::<f32>() / 20.0;
                assert!((mean - 1.0).abs() < 1e-5 && (variance - 4.0).abs() < 1e-4);
            }
        }
    }
}
