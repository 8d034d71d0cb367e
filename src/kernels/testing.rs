//! What the kernels' tests share: numbers to compute with, windows, and the comparison.

use super::padded::Span;
use super::{Activation, Kernel};

/// Numbers between −1 and 1 that look random and are the same in every run.
pub fn numbers(count: usize, seed: u32) -> Vec<f32> {
    let mut state = seed.wrapping_mul(0x9E37_79B9) | 1;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as f32 / (1 << 23) as f32 - 1.0
    };
    (0..count).map(|_| next()).collect()
}

/// A window with the same padding before and after, and as many outputs as fit.
pub fn span(input: usize, kernel: usize, stride: usize, dilation: usize, pad: usize) -> Span {
    Span {
        input,
        kernel,
        stride,
        dilation,
        pad_begin: pad,
        pad_end: pad,
        output: (input + 2 * pad - (kernel - 1) * dilation - 1) / stride + 1,
    }
}

/// Equal to within 1e-5 of the largest number.
#[track_caller]
pub fn assert_close(got: &[f32], want: &[f32]) {
    assert_eq!(got.len(), want.len());
    let scale = want.iter().fold(1.0f32, |m, x| m.max(x.abs()));
    for (i, (g, w)) in got.iter().zip(want).enumerate() {
        assert!((g - w).abs() <= 1e-5 * scale, "at {i}: {g}, not {w}");
    }
}

/// A convolution's kernel gives what it is to give, alone, with a residual, and with each activation behind it. `plain`: what it gives
/// alone. `make`: the kernel, with a residual or without, and its activation.
pub fn assert_fused(
    data: &[f32],
    plain: &[f32],
    make: &dyn Fn(bool, Option<Activation>) -> Box<dyn Kernel>,
) {
    let residual = numbers(plain.len(), 4);
    let relu = Activation::Clamp {
        low: 0.0,
        high: f32::INFINITY,
    };
    for activation in [None, Some(relu), Some(Activation::Sigmoid)] {
        for with_residual in [false, true] {
            let mut want = plain.to_vec();
            if with_residual {
                want.iter_mut().zip(&residual).for_each(|(w, r)| *w += r);
            }
            if let Some(activation) = activation {
                activation.apply(&mut want);
            }
            let kernel = make(with_residual, activation);
            let mut out = vec![f32::NAN; want.len()];
            let mut scratch = vec![f32::NAN; kernel.scratch_len()];
            let inputs: &[&[f32]] = match with_residual {
                true => &[data, &residual],
                false => &[data],
            };
            kernel.run(inputs, &mut [&mut out], &mut scratch);
            assert_close(&out, &want);
        }
    }
}
