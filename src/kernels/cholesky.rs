//! Symmetric positive definite systems of equations.

/// Partial sums that a processor works on at a time.
const LANES: usize = 16;

/// Solves `A x = b` for each row `b` of `right` (rows, n), which becomes `x`: Cholesky's factorization, row by row. `matrix` (n, n)
/// is A, of which only the lower triangle is read; it becomes the factor. `false` where A is not positive definite.
pub fn solve(matrix: &mut [f32], right: &mut [f32], n: usize) -> bool {
    for i in 0..n {
        let (above, rest) = matrix.split_at_mut(i * n);
        let row = &mut rest[..n];
        for j in 0..i {
            let other = &above[j * n..][..=j];
            row[j] = (row[j] - product(&row[..j], &other[..j])) / other[j];
        }
        let left = row[i] - product(&row[..i], &row[..i]);
        if !left.is_finite() || left <= 0.0 {
            return false;
        }
        row[i] = left.sqrt();
    }
    for x in right.chunks_exact_mut(n.max(1)) {
        for (i, row) in matrix.chunks_exact(n).enumerate() {
            x[i] = (x[i] - product(&row[..i], &x[..i])) / row[i];
        }
        for (i, row) in matrix.chunks_exact(n).enumerate().rev() {
            let (before, rest) = x.split_at_mut(i);
            rest[0] /= row[i];
            let found = rest[0];
            before
                .iter_mut()
                .zip(row)
                .for_each(|(x, &factor)| *x -= found * factor);
        }
    }
    true
}

fn product(a: &[f32], b: &[f32]) -> f32 {
    let mut sums = [0.0; LANES];
    let (a, last_a) = a.as_chunks::<LANES>();
    let (b, last_b) = b.as_chunks::<LANES>();
    for (a, b) in a.iter().zip(b) {
        for lane in 0..LANES {
            sums[lane] += a[lane] * b[lane];
        }
    }
    let rest: f32 = last_a.iter().zip(last_b).map(|(a, b)| a * b).sum();
    sums.iter().sum::<f32>() + rest
}

#[cfg(test)]
mod tests {
    use super::solve;

    #[test]
    fn what_comes_out_fulfills_the_equations() {
        for n in [1, 2, 17, 40] {
            let root: Vec<f32> = (0..n * n)
                .map(|i| ((i * 37 + 11) % 29) as f32 / 29.0 - 0.5)
                .collect();
            let at = |i: usize, j: usize| {
                (0..n)
                    .map(|k| root[i * n + k] * root[j * n + k])
                    .sum::<f32>()
            };
            let matrix: Vec<f32> = (0..n * n)
                .map(|at_| at(at_ / n, at_ % n) + f32::from(at_ / n == at_ % n))
                .collect();
            let right: Vec<f32> = (0..3 * n).map(|i| (i % 7) as f32 - 3.0).collect();
            let mut found = right.clone();
            assert!(solve(&mut matrix.clone(), &mut found, n));
            for (x, b) in found.chunks(n).zip(right.chunks(n)) {
                for (row, b) in matrix.chunks(n).zip(b) {
                    let given: f32 = row.iter().zip(x).map(|(a, x)| a * x).sum();
                    assert!((given - b).abs() < 1e-3, "{given} and {b}");
                }
            }
        }
        assert!(!solve(&mut [1.0, 2.0, 2.0, 1.0], &mut [1.0, 1.0], 2));
    }
}
