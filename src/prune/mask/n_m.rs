//! N:M sparsity: of every `m` neighbors along one axis at most `n` stay (Mishra et al., “Accelerating Sparse Deep
//! Neural Networks”, 2021, for 2:4).

use super::WeightMask;

/// Keeps the `n` most salient of every `m` neighbors along `axis`. Where the axis does not divide by `m`, the last
/// neighbors are as if padded with weights of zero; a shorter rest of at most `n` stays whole.
pub fn n_m(saliency: &[f32], shape: &[usize], axis: usize, n: usize, m: usize) -> WeightMask {
    let mut mask = WeightMask::all(saliency.len());
    let inner: usize = shape[axis + 1..].iter().product();
    let length = shape[axis];
    let outer = saliency.len() / (length * inner).max(1);
    let mut neighbors = Vec::with_capacity(m);
    for o in 0..outer {
        for i in 0..inner {
            for start in (0..length).step_by(m) {
                neighbors.clear();
                let end = (start + m).min(length);
                neighbors.extend((start..end).map(|k| (o * length + k) * inner + i));
                // The least first; of equal ones the first goes first.
                neighbors.sort_by(|&a, &b| saliency[a].total_cmp(&saliency[b]));
                let surplus = neighbors.len().saturating_sub(n);
                for &index in &neighbors[..surplus] {
                    mask.remove(index);
                }
            }
        }
    }
    mask
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_of_four_counting_up() {
        let w: Vec<f32> = (1..=8).map(|x| x as f32).collect();
        let masked = n_m(&w, &[1, 8], 1, 2, 4).apply(&w);
        assert_eq!(masked, [0., 0., 3., 4., 0., 0., 7., 8.]);
    }

    /// The tables of TensorFlow's model optimization toolkit, which counts the zeros of a pattern and not what stays.
    #[test]
    fn tables_of_another_tool() {
        let three = [-0.49, -0.66, 0.42, 0.31, 0.63, -1.63];
        let four = [0.25, -1.33, 0.43, -0.11, 0.47, 0.92, -0.13, -2.23];
        let five = [
            1.71, -0.27, -0.3, -0.61, -0.19, -0.4, 1.12, 0.46, -1.12, 0.17,
        ];
        let cases: [(&[f32], (usize, usize), &str); 5] = [
            (&[1.24, 1.11], (2, 4), "1 1"),
            (&three, (2, 4), "110 011"),
            (&three, (1, 2), "011 011"),
            (&four, (2, 4), "0110 0101"),
            (&five, (2, 5), "10010 01010"),
        ];
        for (weights, (n, m), kept) in cases {
            let saliency: Vec<f32> = weights.iter().map(|w: &f32| w.abs()).collect();
            let mask = n_m(&saliency, &[2, weights.len() / 2], 1, n, m);
            let kept = kept.bytes().filter(|b| *b != b' ').map(|b| b == b'1');
            assert!(kept.eq((0..weights.len()).map(|i| mask.keeps(i))));
        }
    }

    #[test]
    fn along_an_outer_axis() {
        let w = [4., 1., 3., 2., 2., 3., 1., 4.];
        let masked = n_m(&w, &[4, 2], 0, 1, 2).apply(&w);
        assert_eq!(masked, [4., 0., 0., 2., 2., 0., 0., 4.]);
    }

    #[test]
    fn a_short_rest_is_padded() {
        let w = [1., 2., 3., 4., 5., 6.];
        assert_eq!(
            n_m(&w, &[1, 6], 1, 2, 4).apply(&w),
            [0., 0., 3., 4., 5., 6.]
        );
        assert_eq!(
            n_m(&w[..5], &[1, 5], 1, 1, 2).apply(&w[..5]),
            [0., 2., 0., 4., 5.]
        );
    }
}
