//! Least squares with a fixed support, column by column, by conjugate gradients.

use ndarray::Array2;

/// Rounds after which the solution is taken as it is. It is never worse than what it began with.
const ROUNDS: usize = 60;
/// A column is solved when its residual has shrunk to this share.
const SMALL: f32 = 1e-3;

/// The normal equations of `‖A W − T‖² + λ ‖W − W₀‖²`, where `gram` is `AᵀA` (depth, depth) and `moment` is `AᵀT`
/// (depth, outputs). Only what `free` marks in W₀ (depth, outputs) may move; gives the new W.
///
/// Conjugate gradients with the diagonal as preconditioner (Hestenes and Stiefel 1952; Saad, Iterative Methods, 9.2): each
/// column is a problem of its own, but all share the product with the matrix.
pub fn solve(
    gram: &Array2<f32>,
    moment: &Array2<f32>,
    start: &Array2<f32>,
    free: impl Fn(usize, usize) -> bool,
    ridge: f32,
) -> Array2<f32> {
    let (depth, outputs) = start.dim();
    let mask = Array2::from_shape_fn((depth, outputs), |at| f32::from(free(at.0, at.1)));
    let mut residual = (moment - &gram.dot(start)) * &mask;
    let scale = |k: usize| 1.0 / (gram[[k, k]] + ridge).max(f32::MIN_POSITIVE);
    let precondition =
        |r: &Array2<f32>| Array2::from_shape_fn(r.dim(), |(k, o)| r[[k, o]] * scale(k));
    let products = |a: &Array2<f32>, b: &Array2<f32>| -> Vec<f64> {
        let mut sums = vec![0.0; outputs];
        for (a, b) in a.rows().into_iter().zip(b.rows()) {
            for ((sum, &a), &b) in sums.iter_mut().zip(a).zip(b) {
                *sum += f64::from(a) * f64::from(b);
            }
        }
        sums
    };
    let mut solution = start.clone();
    let mut conditioned = precondition(&residual);
    let mut direction = conditioned.clone();
    let mut rho = products(&residual, &conditioned);
    let enough: Vec<f64> = rho
        .iter()
        .map(|rho| rho * f64::from(SMALL * SMALL))
        .collect();
    for _ in 0..ROUNDS {
        if rho.iter().zip(&enough).all(|(rho, enough)| rho <= enough) {
            break;
        }
        let mut image = (gram.dot(&direction) + &(&direction * ridge)) * &mask;
        let curvature = products(&direction, &image);
        let step = |o: usize| match curvature[o] > 0.0 && rho[o] > enough[o] {
            true => (rho[o] / curvature[o]) as f32,
            false => 0.0,
        };
        let steps: Vec<f32> = (0..outputs).map(step).collect();
        for (k, mut row) in image.rows_mut().into_iter().enumerate() {
            for (o, image) in row.iter_mut().enumerate() {
                solution[[k, o]] += steps[o] * direction[[k, o]];
                residual[[k, o]] -= steps[o] * *image;
            }
        }
        conditioned = precondition(&residual);
        let next = products(&residual, &conditioned);
        for (k, mut row) in direction.rows_mut().into_iter().enumerate() {
            for (o, direction) in row.iter_mut().enumerate() {
                let turn = if rho[o] > 0.0 {
                    (next[o] / rho[o]) as f32
                } else {
                    0.0
                };
                *direction = conditioned[[k, o]] + turn * *direction;
            }
        }
        rho = next;
    }
    solution
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::SplitMix64;

    /// What Gaussian elimination makes of the same equations, one column, in double precision.
    fn eliminated(gram: &Array2<f32>, moment: &[f32], places: &[usize]) -> Vec<f64> {
        let n = places.len();
        let mut rows: Vec<Vec<f64>> = places
            .iter()
            .map(|&i| {
                let own = places.iter().map(|&j| f64::from(gram[[i, j]]));
                own.chain([f64::from(moment[i])]).collect()
            })
            .collect();
        for i in 0..n {
            let pivot = (i..n)
                .max_by(|&a, &b| rows[a][i].abs().total_cmp(&rows[b][i].abs()))
                .unwrap();
            rows.swap(i, pivot);
            let above = rows[i].clone();
            for (_, row) in rows.iter_mut().enumerate().filter(|(j, _)| *j != i) {
                let factor = row[i] / above[i];
                row.iter_mut()
                    .zip(&above)
                    .for_each(|(x, y)| *x -= factor * y);
            }
        }
        (0..n).map(|i| rows[i][n] / rows[i][i]).collect()
    }

    #[test]
    fn masked_columns_are_solved_as_elimination_solves_them() {
        let mut random = SplitMix64(4);
        let samples = Array2::from_shape_fn((40, 7), |_| random.between());
        let truth = Array2::from_shape_fn((7, 3), |_| random.between());
        let gram = samples.t().dot(&samples);
        let moment = samples.t().dot(&samples.dot(&truth));
        let start =
            Array2::from_shape_fn((7, 3), |(k, o)| if (k + o) % 3 == 0 { 0.0 } else { 0.3 });
        let solved = solve(&gram, &moment, &start, |k, o| start[[k, o]] != 0.0, 0.0);
        for o in 0..3 {
            let places: Vec<usize> = (0..7).filter(|&k| start[[k, o]] != 0.0).collect();
            let expected = eliminated(&gram, &moment.column(o).to_vec(), &places);
            for (&k, expected) in places.iter().zip(expected) {
                let found = f64::from(solved[[k, o]]);
                assert!((found - expected).abs() < 2e-3, "{found} and {expected}");
            }
            assert!((0..7).all(|k| (k + o) % 3 != 0 || solved[[k, o]] == 0.0));
        }
    }

    #[test]
    fn a_ridge_keeps_what_nothing_speaks_of() {
        let gram = Array2::from_shape_vec((2, 2), vec![1.0, 0.0, 0.0, 0.0]).unwrap();
        let moment = Array2::from_shape_vec((2, 1), vec![3.0, 0.0]).unwrap();
        let start = Array2::from_shape_vec((2, 1), vec![1.0, 7.0]).unwrap();
        let solved = solve(&gram, &moment, &start, |_, _| true, 0.5);
        // (3 + 0.5 · 1) / 1.5, and 7 as it was.
        assert!((solved[[0, 0]] - 3.5 / 1.5).abs() < 1e-4);
        assert_eq!(solved[[1, 0]], 7.0);
    }
}
