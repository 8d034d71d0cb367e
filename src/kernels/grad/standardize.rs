//! Normalization of rows by their own mean and variance: layer normalization (Ba, Kiros and Hinton, 2016) and instance
//! normalization (Ulyanov, Vedaldi and Lempitsky, 2016).

use super::sums::{squares, sum};
use super::{Backward, Differentiable};

/// Which scale and shift a number has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// Its position in the row.
    Position,
    /// The row's number, modulo the channels.
    Row { channels: usize },
}

/// Inputs: data (rows, length), scale, an optional shift.
pub struct Standardized {
    length: usize,
    epsilon: f32,
    by: By,
    /// By row: mean, and `1 / √(variance + epsilon)`.
    moments: Vec<(f32, f32)>,
}

impl Standardized {
    /// Standardizes `rows` rows of `length` numbers each; `epsilon` is added to the variance.
    pub fn new(rows: usize, length: usize, epsilon: f32, by: By) -> Self {
        Standardized {
            length,
            epsilon,
            by,
            moments: vec![(0.0, 0.0); rows],
        }
    }

    #[inline(always)]
    fn place(&self, row: usize, position: usize) -> usize {
        match self.by {
            By::Position => position,
            By::Row { channels } => row % channels,
        }
    }
}

impl Differentiable for Standardized {
    fn forward(&mut self, inputs: &[&[f32]], outputs: &mut [&mut [f32]], _scratch: &mut [f32]) {
        let length = self.length.max(1);
        let rows = inputs[0]
            .chunks_exact(length)
            .zip(outputs[0].chunks_exact_mut(length));
        for (row, (x, out)) in rows.enumerate() {
            let mean = (sum(x, x, |x, _| x) / length as f64) as f32;
            let variance = squares(x, mean) / length as f64;
            let inverse = (1.0 / (variance + f64::from(self.epsilon)).sqrt()) as f32;
            self.moments[row] = (mean, inverse);
            for (i, (out, &x)) in out.iter_mut().zip(x).enumerate() {
                let at = self.place(row, i);
                let shift = inputs
                    .get(2)
                    .and_then(|shift| shift.get(at))
                    .copied()
                    .unwrap_or(0.0);
                *out = (x - mean) * inverse * inputs[1][at] + shift;
            }
        }
    }

    fn backward(&mut self, pass: &mut Backward<'_, '_>, _scratch: &mut [f32]) {
        let (x, scale, given) = (pass.inputs[0], pass.inputs[1], pass.given[0]);
        let length = self.length.max(1);
        for i in [1, 2] {
            if let Some(wanted) = pass.want(i) {
                wanted.fill(0.0);
            }
        }
        let rows = x.chunks_exact(length).zip(given.chunks_exact(length));
        for (row, (x, given)) in rows.enumerate() {
            let (mean, inverse) = self.moments[row];
            // Means over the row of what comes back, and of that times the standardized numbers.
            let (mut plain, mut turned) = (0f64, 0f64);
            for (i, (&x, &given)) in x.iter().zip(given).enumerate() {
                let at = self.place(row, i);
                let standard = (x - mean) * inverse;
                plain += f64::from(given * scale[at]);
                turned += f64::from(given * scale[at] * standard);
                if let Some(wanted) = pass.want(1) {
                    wanted[at] += given * standard;
                }
                if let Some(wanted) = pass.want(2) {
                    wanted[at] += given;
                }
            }
            let (plain, turned) = (
                (plain / length as f64) as f32,
                (turned / length as f64) as f32,
            );
            let Some(wanted) = pass.want(0) else { continue };
            let wanted = &mut wanted[row * length..][..length];
            for (i, (wanted, (&x, &given))) in
                wanted.iter_mut().zip(x.iter().zip(given)).enumerate()
            {
                let standard = (x - mean) * inverse;
                *wanted = inverse * (given * scale[self.place(row, i)] - plain - standard * turned);
            }
        }
    }
}
