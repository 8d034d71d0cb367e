//! Convolutions against seven loops, over shapes chosen to hit every edge.

use super::conv::convolution;
use super::conv_shape::Shape;
use super::padded::Span;
use super::testing::{assert_fused, numbers};

fn span(input: usize, kernel: usize, stride: usize, dilation: usize, pads: (usize, usize)) -> Span {
    Span {
        input,
        kernel,
        stride,
        dilation,
        pad_begin: pads.0,
        pad_end: pads.1,
        output: (input + pads.0 + pads.1 - (kernel - 1) * dilation - 1) / stride + 1,
    }
}

fn by_definition(shape: &Shape, data: &[f32], weights: &[f32], bias: &[f32]) -> Vec<f32> {
    let Shape { rows, columns, .. } = *shape;
    let (inputs, outputs) = (shape.inputs / shape.groups, shape.outputs / shape.groups);
    let mut out = Vec::new();
    for n in 0..shape.batch {
        for (o, &bias) in bias.iter().enumerate().take(shape.outputs) {
            for y in 0..rows.output {
                for x in 0..columns.output {
                    let mut sum = f64::from(bias);
                    for c in 0..inputs {
                        for ky in 0..rows.kernel {
                            for kx in 0..columns.kernel {
                                let iy = (y * rows.stride + ky * rows.dilation)
                                    .checked_sub(rows.pad_begin);
                                let ix = (x * columns.stride + kx * columns.dilation)
                                    .checked_sub(columns.pad_begin);
                                let (Some(iy), Some(ix)) = (iy, ix) else {
                                    continue;
                                };
                                if iy >= rows.input || ix >= columns.input {
                                    continue;
                                }
                                let channel = n * shape.inputs + o / outputs * inputs + c;
                                let at = (channel * rows.input + iy) * columns.input + ix;
                                let w = ((o * inputs + c) * rows.kernel + ky) * columns.kernel + kx;
                                sum += f64::from(data[at]) * f64::from(weights[w]);
                            }
                        }
                    }
                    out.push(sum as f32);
                }
            }
        }
    }
    out
}

fn check(shape: Shape) {
    let data = numbers(shape.batch * shape.input_len(), 1);
    let weights = numbers(shape.outputs * shape.depth(), 2);
    let bias = numbers(shape.outputs, 3);
    let plain = by_definition(&shape, &data, &weights, &bias);
    assert_fused(&data, &plain, &|with_residual, activation| {
        convolution(shape, &weights, &bias, with_residual, activation)
    });
}

#[test]
fn general() {
    let shapes = [
        (
            2,
            3,
            5,
            1,
            span(7, 3, 1, 1, (1, 1)),
            span(9, 3, 1, 1, (1, 1)),
        ),
        (
            1,
            3,
            6,
            1,
            span(12, 3, 2, 1, (0, 1)),
            span(13, 3, 2, 1, (1, 0)),
        ),
        (
            1,
            4,
            6,
            2,
            span(8, 5, 1, 2, (4, 3)),
            span(11, 3, 3, 2, (2, 5)),
        ),
        (
            1,
            2,
            3,
            1,
            span(1, 1, 1, 1, (0, 0)),
            span(20, 7, 1, 1, (3, 3)),
        ),
        (
            2,
            5,
            9,
            1,
            span(6, 1, 2, 1, (0, 0)),
            span(6, 1, 2, 1, (0, 0)),
        ),
        (
            1,
            100,
            3,
            1,
            span(9, 3, 1, 1, (1, 1)),
            span(5, 3, 1, 1, (1, 1)),
        ),
        (
            1,
            90,
            2,
            1,
            span(40, 3, 2, 1, (1, 1)),
            span(40, 3, 1, 1, (1, 1)),
        ),
        (
            1,
            6,
            3,
            3,
            span(4, 2, 2, 1, (0, 0)),
            span(4, 4, 4, 1, (0, 0)),
        ),
    ];
    for (batch, inputs, outputs, groups, rows, columns) in shapes {
        check(Shape {
            batch,
            inputs,
            outputs,
            groups,
            rows,
            columns,
        });
    }
}

#[test]
fn pointwise() {
    for (batch, inputs, outputs, groups, height, width) in
        [(2, 5, 7, 1, 3, 5), (1, 8, 9, 1, 7, 7), (1, 6, 4, 2, 2, 2)]
    {
        check(Shape {
            batch,
            inputs,
            outputs,
            groups,
            rows: Span::pointwise(height),
            columns: Span::pointwise(width),
        });
    }
}

#[test]
fn depthwise() {
    for kernel in [1, 2, 3, 5, 7] {
        for stride in [1, 2, 3] {
            for (height, width) in [(7, 7), (14, 9), (12, 16), (kernel, 21)] {
                for (dilation, pads) in [
                    (1, (kernel / 2, kernel / 2)),
                    (1, (0, kernel - 1)),
                    (2, (kernel, kernel)),
                ] {
                    for multiplier in [1, 2] {
                        check(Shape {
                            batch: 2,
                            inputs: 3,
                            outputs: 3 * multiplier,
                            groups: 3,
                            rows: span(height, kernel, stride, dilation, pads),
                            columns: span(width, kernel, stride, dilation, pads),
                        });
                    }
                }
            }
        }
    }
}
