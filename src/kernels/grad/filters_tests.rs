//! The gradient of weights beside its definition.

use super::filters::FiltersGradient;
use crate::conv::Shape;
use crate::padded::Span;
use crate::testing::{assert_close, numbers};

fn by_definition(shape: Shape, x: &[f32], given: &[f32]) -> Vec<f32> {
    let Shape { rows, columns, .. } = shape;
    let (channels, filters) = (shape.inputs / shape.groups, shape.outputs / shape.groups);
    let mut wanted = vec![0.0; shape.outputs * shape.depth()];
    for (at, wanted) in wanted.iter_mut().enumerate() {
        let (rest, kx) = (at / columns.kernel, at % columns.kernel);
        let (rest, ky) = (rest / rows.kernel, rest % rows.kernel);
        let (filter, channel) = (rest / channels, rest % channels);
        let mut sum = 0f64;
        for image in 0..shape.batch {
            let plane = image * shape.inputs + filter / filters * channels + channel;
            for y in 0..rows.output {
                for column in 0..columns.output {
                    let seen = rows.reads(y, ky).zip(columns.reads(column, kx));
                    let Some((from_y, from_x)) = seen else {
                        continue;
                    };
                    let row = (image * shape.outputs + filter) * rows.output + y;
                    let g = given[row * columns.output + column];
                    let row = plane * rows.input + from_y;
                    sum += f64::from(g) * f64::from(x[row * columns.input + from_x]);
                }
            }
        }
        *wanted = sum as f32;
    }
    wanted
}

#[test]
fn agrees_with_the_definition() {
    for (batch, inputs, outputs, groups, side, kernel, stride) in [
        (3, 1, 16, 1, 41, 3, 1),
        (17, 4, 6, 1, 7, 3, 1),
        (2, 40, 5, 1, 30, 3, 2),
        (2, 6, 9, 3, 8, 5, 1),
        (3, 4, 4, 4, 9, 3, 1),
        (3, 4, 8, 4, 9, 3, 2),
        (5, 10, 7, 1, 6, 1, 1),
        (5, 3, 2, 1, 2, 3, 1),
    ] {
        let span = Span {
            input: side,
            kernel,
            stride,
            dilation: 1,
            pad_begin: kernel / 2,
            pad_end: kernel / 2,
            output: (side - 1) / stride + 1,
        };
        let shape = Shape {
            batch,
            inputs,
            outputs,
            groups,
            rows: span,
            columns: span,
        };
        let x = numbers(batch * shape.input_len(), 1);
        let given = numbers(batch * shape.output_len(), 2);
        let gradient = FiltersGradient::new(shape);
        let mut wanted = vec![f32::NAN; outputs * shape.depth()];
        let mut scratch = vec![f32::NAN; gradient.scratch_len()];
        gradient.find(&x, &given, &mut wanted, &mut scratch);
        assert_close(&wanted, &by_definition(shape, &x, &given));
    }
}
