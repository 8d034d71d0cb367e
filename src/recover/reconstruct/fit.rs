//! A layer's correction: the one of a few that is best on places that were not fitted on.

use super::solve::solve;
use super::sums::Equations;
use crate::kernels::cholesky;
use ndarray::Array2;

/// The most that an output is multiplied by to vary as the original's does.
const MOST_REPAIRED: f64 = 2.0;

/// What is added to the weights of a group, as they count at the end of the unit (depth, outputs), and to what takes over the means.
pub struct Correction {
    pub weights: Array2<f32>,
    pub shift: Vec<f64>,
}

impl Correction {
    /// Nothing is changed.
    pub fn none(depth: usize, outputs: usize) -> Self {
        Correction {
            weights: Array2::zeros((depth, outputs)),
            shift: vec![0.0; outputs],
        }
    }

    /// The mean square of what is still missing, summed over the outputs. `equations` are centered.
    pub fn error(&self, equations: &Equations) -> f64 {
        let image = equations.gram.dot(&self.weights);
        let mut sum = 0.0;
        for (o, shift) in self.shift.iter().enumerate() {
            let mut error = equations.missing_variance[o];
            let mut mean = equations.missing[o] - shift;
            for k in 0..self.weights.nrows() {
                let weight = f64::from(self.weights[[k, o]]);
                let (image, moment) = (image[[k, o]], equations.moment[[k, o]]);
                error += weight * (f64::from(image) - 2.0 * f64::from(moment));
                mean -= weight * equations.patch[k];
            }
            sum += error.max(0.0) + mean * mean;
        }
        sum
    }

    /// Moves the shift so that the means are right.
    pub fn with_means(self, equations: &Equations) -> Self {
        let shift = (0..self.shift.len()).map(|o| {
            let weights = self.weights.column(o);
            let given = weights.iter().zip(&equations.patch);
            equations.missing[o] - given.map(|(&w, x)| f64::from(w) * x).sum::<f64>()
        });
        Correction {
            shift: shift.collect(),
            ..self
        }
    }

    /// The least-squares correction with a ridge, as a share of the mean square of the inputs.
    pub fn fitted(equations: &Equations, old: &Array2<f32>, damping: f32, centered: bool) -> Self {
        let diagonal = equations.gram.diag().mean().unwrap_or(0.0);
        let start = Array2::zeros(old.dim());
        let free = |k: usize, o: usize| old[[k, o]] != 0.0;
        let ridge = damping * diagonal;
        let all_free = old.iter().all(|&w| w != 0.0);
        let whole = all_free.then(|| whole(equations, ridge)).flatten();
        let weights =
            whole.unwrap_or_else(|| solve(&equations.gram, &equations.moment, &start, free, ridge));
        let correction = Correction {
            shift: vec![0.0; weights.ncols()],
            weights,
        };
        match centered {
            true => correction.with_means(equations),
            false => correction,
        }
    }

    /// The same with each output multiplied so that it varies as much as the original's: least squares shrink what they can't
    /// explain, and the loss would add up with depth (REPAIR, Jordan et al. 2022, arXiv 2211.08403). `old` are the weights before.
    pub fn with_variance(mut self, equations: &Equations, old: &Array2<f32>) -> Self {
        let new = old + &self.weights;
        let image = equations.gram.dot(&new);
        for o in 0..new.ncols() {
            let both = new.column(o).into_iter().zip(image.column(o));
            let own: f64 = both.map(|(&a, &b)| f64::from(a) * f64::from(b)).sum();
            let factor = (equations.target_variance[o] / own).sqrt();
            if !factor.is_finite() || factor <= 1.0 {
                continue;
            }
            let factor = factor.min(MOST_REPAIRED) as f32;
            for (k, &weight) in new.column(o).iter().enumerate() {
                self.weights[[k, o]] = weight * factor - old[[k, o]];
            }
        }
        self.with_means(equations)
    }

    /// Whether all of it is numbers.
    pub fn is_finite(&self) -> bool {
        self.weights.iter().all(|x| x.is_finite()) && self.shift.iter().all(|x| x.is_finite())
    }
}

/// The same where all weights are free; `None` where there is no single best.
fn whole(equations: &Equations, ridge: f32) -> Option<Array2<f32>> {
    let (depth, outputs) = equations.moment.dim();
    let mut gram = equations.gram.clone();
    gram.diag_mut().iter_mut().for_each(|x| *x += ridge);
    let mut found: Vec<f32> = equations.moment.t().iter().copied().collect();
    let is_solved = cholesky::solve(gram.as_slice_mut()?, &mut found, depth);
    let found = Array2::from_shape_vec((outputs, depth), found).ok()?;
    is_solved.then(|| found.reversed_axes())
}
