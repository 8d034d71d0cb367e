//! Transposed convolutions against the definition, which scatters, over random shapes.

use super::conv_shape::Shape;
use super::padded::Span;
use super::testing::{assert_fused, numbers};
use super::transposed::transposed;

/// Every number of the data adds its filter to the output.
fn by_definition(shape: &Shape, data: &[f32], weights: &[f32], bias: &[f32]) -> Vec<f32> {
    let Shape { rows, columns, .. } = *shape;
    let (reads, each) = (shape.outputs / shape.groups, shape.inputs / shape.groups);
    let plane = rows.input * columns.input;
    let mut out = vec![0f64; shape.batch * shape.inputs * plane];
    for (sums, &bias) in out.chunks_exact_mut(plane).zip(bias.iter().cycle()) {
        sums.fill(f64::from(bias));
    }
    let mut at = 0;
    for n in 0..shape.batch {
        for c in 0..shape.outputs {
            for (y, x) in (0..rows.output).flat_map(|y| (0..columns.output).map(move |x| (y, x))) {
                for o in 0..each {
                    let channel = n * shape.inputs + c / reads * each + o;
                    for ky in 0..rows.kernel {
                        for kx in 0..columns.kernel {
                            let (Some(py), Some(px)) = (rows.reads(y, ky), columns.reads(x, kx))
                            else {
                                continue;
                            };
                            let w = ((c * each + o) * rows.kernel + ky) * columns.kernel + kx;
                            out[channel * plane + py * columns.input + px] +=
                                f64::from(data[at]) * f64::from(weights[w]);
                        }
                    }
                }
                at += 1;
            }
        }
    }
    out.into_iter().map(|x| x as f32).collect()
}

fn check(shape: Shape) {
    let data = numbers(shape.batch * shape.output_len(), 1);
    let weights = numbers(shape.outputs * shape.depth(), 2);
    let bias = numbers(shape.inputs, 3);
    let plain = by_definition(&shape, &data, &weights, &bias);
    assert_fused(&data, &plain, &|with_residual, activation| {
        transposed(shape, &weights, &bias, with_residual, activation)
    });
}

/// A random window; the output may end before the last number that is made, or behind it.
fn axis(mut next: impl FnMut(usize) -> usize) -> Span {
    loop {
        let (data, kernel, stride, dilation) = (1 + next(9), 1 + next(5), 1 + next(4), 1 + next(3));
        let full = (data - 1) * stride + (kernel - 1) * dilation + 1 + next(3);
        let (pad_begin, pad_end) = (next(5), next(5));
        if full > pad_begin + pad_end {
            return Span {
                input: full - pad_begin - pad_end,
                kernel,
                stride,
                dilation,
                pad_begin,
                pad_end,
                output: data,
            };
        }
    }
}

#[test]
fn random_shapes() {
    let mut draws = numbers(100_000, 5).into_iter();
    let mut next = |below: usize| {
        let draw = draws.next().expect("enough draws");
        ((draw + 1.0) / 2.0 * below as f32) as usize
    };
    for _ in 0..400 {
        let groups = 1 + next(3);
        check(Shape {
            batch: 1 + next(2),
            inputs: groups * (1 + next(7)),
            outputs: groups * (1 + next(6)),
            groups,
            rows: axis(&mut next),
            columns: axis(&mut next),
        });
    }
}

/// Longer rows, several strips, and strides that outrun the output.
#[test]
fn sizes_beyond_a_tile() {
    let span = |data: usize, kernel, stride, pad: usize| Span {
        input: (data - 1) * stride + kernel - 2 * pad,
        kernel,
        stride,
        dilation: 1,
        pad_begin: pad,
        pad_end: pad,
        output: data,
    };
    for (inputs, outputs, groups, rows, columns) in [
        (5, 90, 1, span(40, 2, 2, 0), span(37, 2, 2, 0)),
        (3, 60, 1, span(33, 4, 2, 1), span(48, 4, 2, 1)),
        (4, 4, 4, span(20, 4, 2, 1), span(19, 4, 2, 1)),
        (6, 3, 3, span(30, 3, 2, 1), span(9, 3, 2, 1)),
        (1, 64, 1, span(7, 4, 4, 0), span(7, 8, 4, 2)),
        (9, 2, 1, span(1, 3, 50, 0), span(2, 3, 90, 40)),
        (7, 5, 1, Span::pointwise(1), span(100, 16, 8, 4)),
    ] {
        check(Shape {
            batch: 1,
            inputs,
            outputs,
            groups,
            rows,
            columns,
        });
    }
}
