//! How far vectors are apart.

/// The Euclidean distance of two vectors of one length. Eight sums side by side, in a fixed order, so that it vectorizes to the same
/// result everywhere.
pub fn euclidean(a: &[f32], b: &[f32]) -> f64 {
    let mut lanes = [0f32; 8];
    let (a8, a_rest) = a.as_chunks::<8>();
    let (b8, b_rest) = b.as_chunks::<8>();
    for (a, b) in a8.iter().zip(b8) {
        for lane in 0..8 {
            let d = a[lane] - b[lane];
            lanes[lane] += d * d;
        }
    }
    let rest = a_rest
        .iter()
        .zip(b_rest)
        .map(|(a, b)| f64::from((a - b) * (a - b)));
    (lanes.iter().map(|&x| f64::from(x)).sum::<f64>() + rest.sum::<f64>()).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_elements_count() {
        for length in 0..20 {
            let a: Vec<f32> = (0..length).map(|x| x as f32).collect();
            let b = vec![0.5; length];
            let squares = a.iter().map(|x| f64::from(x - 0.5).powi(2));
            assert!((euclidean(&a, &b) - squares.sum::<f64>().sqrt()).abs() < 1e-6);
        }
    }
}
