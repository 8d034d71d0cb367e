//! `cargo bench --bench transposed_convolutions`: compares a transposed convolution with the convolution that it transposes,
//! which has the same weights and as many multiply-adds, in turns. One thread, native code.

mod timing;

use secateur::kernels::Span;
use secateur::kernels::conv::{Shape, convolution};
use secateur::kernels::transposed::transposed;
use std::hint::black_box;
use timing::{median, numbers, seconds};

/// Data channels, output channels, groups, side of the data; kernel, stride, padding.
type Case = (usize, usize, usize, usize, usize, usize, usize);

/// Decoders of U-Nets (2 × 2 in steps of 2) and of generators (4 × 4 in steps of 2, with a border of 1), from deep to wide,
/// learned resampling of single channels, and what else frameworks export.
const CASES: [Case; 12] = [
    (512, 256, 1, 14, 2, 2, 0),
    (128, 64, 1, 56, 2, 2, 0),
    (64, 32, 1, 16, 2, 2, 0),
    (32, 32, 1, 32, 2, 2, 0),
    (512, 256, 1, 4, 4, 2, 1),
    (256, 128, 1, 8, 4, 2, 1),
    (128, 64, 1, 16, 4, 2, 1),
    (64, 3, 1, 32, 4, 2, 1),
    (64, 64, 1, 28, 3, 2, 1),
    (64, 64, 64, 28, 4, 2, 1),
    (21, 21, 1, 20, 16, 8, 4),
    (64, 64, 1, 28, 3, 1, 1),
];
const ROUNDS: usize = 31;

fn main() {
    println!("data × filters (groups), side, kernel/stride  convolution  transposed  ratio");
    let mut logarithms = 0.0;
    for case in CASES {
        let (channels, filters, groups, side, kernel, stride, pad) = case;
        let span = Span {
            input: (side - 1) * stride + kernel - 2 * pad,
            kernel,
            stride,
            dilation: 1,
            pad_begin: pad,
            pad_end: pad,
            output: side,
        };
        let shape = Shape {
            batch: 1,
            inputs: filters,
            outputs: channels,
            groups,
            rows: span,
            columns: span,
        };
        let weights = numbers(channels * shape.depth());
        let forward = convolution(shape, &weights, &vec![0.1; channels], false, None);
        let back = transposed(shape, &weights, &vec![0.1; filters], false, None);
        let (large, small) = (numbers(shape.input_len()), numbers(shape.output_len()));
        let (mut ours, mut theirs) = (Vec::new(), Vec::new());
        let (mut to_small, mut to_large) = (small.clone(), large.clone());
        let scratch = forward.scratch_len().max(back.scratch_len());
        let mut scratch = vec![0.0; scratch];
        for _ in 0..ROUNDS {
            theirs.push(seconds(|| {
                forward.run(&[black_box(&large)], &mut [&mut to_small], &mut scratch);
            }));
            ours.push(seconds(|| {
                back.run(&[black_box(&small)], &mut [&mut to_large], &mut scratch);
            }));
        }
        // Both compute the same bilinear form, ⟨W·large, small⟩ = ⟨large, Wᵀ·small⟩, apart from their biases.
        let product = |a: &[f32], b: &[f32], bias: f32| -> f64 {
            let terms = a
                .iter()
                .zip(b)
                .map(|(a, b)| f64::from(a - bias) * f64::from(*b));
            terms.sum()
        };
        let (one, other) = (
            product(&to_small, &small, 0.1),
            product(&to_large, &large, 0.1),
        );
        let size = product(&to_small, &to_small, 0.1).sqrt() * product(&small, &small, 0.0).sqrt();
        assert!((one - other).abs() <= 1e-3 * size, "{one} and {other}");
        let (ours, theirs) = (median(ours), median(theirs));
        println!(
            "{:<44}{:>10.3} ms{:>9.3} ms{:>7.2}",
            format!("{channels} × {filters} ({groups}), {side}, {kernel}/{stride}"),
            1e3 * theirs,
            1e3 * ours,
            ours / theirs
        );
        logarithms += (ours / theirs).ln();
    }
    let mean = (logarithms / CASES.len() as f64).exp();
    println!("geometric mean of the ratios: {mean:.2}");
}
