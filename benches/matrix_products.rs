//! `cargo bench`: compares our matrix product with `matrixmultiply`'s, in turns, on the shapes of EfficientNet-Lite0's
//! pointwise layers. One thread, native code.

mod timing;

use secateur::kernels::matrix::{MatrixProduct, Operand, Size};
use secateur::kernels::{Kernel, pack};
use std::hint::black_box;
use timing::{median, numbers, seconds};

/// Output channels, input channels, pixels.
const SHAPES: [(usize, usize, usize); 8] = [
    (96, 16, 112 * 112),
    (24, 96, 56 * 56),
    (240, 40, 28 * 28),
    (480, 80, 14 * 14),
    (112, 672, 14 * 14),
    (1152, 192, 7 * 7),
    (320, 1152, 7 * 7),
    (1280, 320, 7 * 7),
];
const ROUNDS: usize = 31;

fn main() {
    println!("rows × depth × columns    ours GFLOP/s  matrixmultiply GFLOP/s  ratio of times");
    let mut logarithms = 0.0;
    for (rows, depth, columns) in SHAPES {
        let left = numbers(rows * depth);
        let right = numbers(depth * columns);
        let ours = MatrixProduct {
            size: Size {
                rows,
                depth,
                columns,
            },
            left: Operand::Packed(pack::Rows::new(rows, depth, |r, k| left[r * depth + k])),
            right: Operand::Given,
            pairs: vec![(0, 0)],
            summand: Vec::new(),
            residual: false,
            activation: None,
        };
        let mut scratch = vec![0.0; ours.scratch_len()];
        let (mut a, mut b) = (vec![0.0; rows * columns], vec![0.0; rows * columns]);
        let (mut our_times, mut their_times) = (Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            our_times.push(seconds(|| {
                ours.run(&[black_box(&right)], &mut [&mut a], &mut scratch);
            }));
            their_times.push(seconds(|| {
                multiply((rows, depth, columns), &left, black_box(&right), &mut b);
            }));
        }
        let largest = b.iter().fold(0f32, |m, x| m.max(x.abs()));
        let apart = a.iter().zip(&b).map(|(x, y)| (x - y).abs());
        assert!(apart.fold(0f32, f32::max) <= 1e-4 * largest);
        let (ours, theirs) = (median(our_times), median(their_times));
        let billions = 2e-9 * (rows * depth * columns) as f64;
        println!(
            "{:<26}{:>12.1}{:>24.1}{:>16.2}",
            format!("{rows} × {depth} × {columns}"),
            billions / ours,
            billions / theirs,
            ours / theirs
        );
        logarithms += (ours / theirs).ln();
    }
    let mean = (logarithms / SHAPES.len() as f64).exp();
    println!("geometric mean of the ratios: {mean:.2}");
}

fn multiply((m, k, n): (usize, usize, usize), a: &[f32], b: &[f32], c: &mut [f32]) {
    let (k_stride, n_stride) = (k as isize, n as isize);
    assert_eq!((a.len(), b.len(), c.len()), (m * k, k * n, m * n));
    // SAFETY: the three slices hold row-major matrices of exactly these sizes, as was just asserted.
    unsafe {
        matrixmultiply::sgemm(
            m,
            k,
            n,
            1.0,
            a.as_ptr(),
            k_stride,
            1,
            b.as_ptr(),
            n_stride,
            1,
            0.0,
            c.as_mut_ptr(),
            n_stride,
            1,
        );
    }
}
