//! Convolutions. Forward they run on the kernels that run models. The gradient by the data is again a convolution, of
//! the given gradient with the turned weights; the gradient by the weights is in `filters.rs`.

use super::filters::FiltersGradient;
use super::sums::sum;
use super::{Backward, Differentiable};
use crate::conv::{Convolver, Shape};
use crate::padded::Span;

/// Inputs: data (batch, channels, rows, columns), weights (filters, channels / groups, rows, columns), an optional bias.
pub struct Convolved {
    shape: Shape,
    convolver: Convolver,
    /// The convolution that makes the data's gradient, of one image.
    back: Option<(Shape, Convolver)>,
    filters: FiltersGradient,
}

impl Convolved {
    /// For a convolution's shape; its input's gradient is a convolution of spread gradients with turned filters where padding allows.
    pub fn new(shape: Shape) -> Self {
        let turned = || {
            Some(Shape {
                batch: 1,
                inputs: shape.outputs,
                outputs: shape.inputs,
                groups: shape.groups,
                rows: turn(shape.rows)?,
                columns: turn(shape.columns)?,
            })
        };
        let convolver = |shape| Convolver::new(shape, false, None);
        Convolved {
            convolver: convolver(shape),
            back: turned().map(|back| (back, convolver(back))),
            filters: FiltersGradient::new(shape),
            shape,
        }
    }

    /// Input channels that one filter reads, and filters of one group.
    fn each(&self) -> (usize, usize) {
        let groups = self.shape.groups.max(1);
        (self.shape.inputs / groups, self.shape.outputs / groups)
    }

    fn taps(&self) -> usize {
        self.shape.rows.kernel * self.shape.columns.kernel
    }

    fn pixels(&self) -> usize {
        self.shape.rows.output * self.shape.columns.output
    }

    fn data_gradient(
        &self,
        weights: &[f32],
        given: &[f32],
        wanted: &mut [f32],
        scratch: &mut [f32],
    ) {
        let Some((back, convolver)) = &self.back else {
            return self.scatter(weights, given, wanted);
        };
        let (channels, filters) = self.each();
        let taps = self.taps();
        let (packed, scratch) = scratch.split_at_mut(convolver.packed_len());
        let (turned, scratch) = scratch.split_at_mut(weights.len());
        for (at, kernel) in weights.chunks_exact(taps).enumerate() {
            let (filter, channel) = (at / channels, at % channels);
            let (group, within) = (filter / filters, filter % filters);
            let to = ((group * channels + channel) * filters + within) * taps;
            let mirrored = turned[to..to + taps].iter_mut().rev();
            mirrored.zip(kernel).for_each(|(to, &w)| *to = w);
        }
        convolver.pack(turned, &[], packed);
        let (stretched, scratch) = scratch.split_at_mut(back.input_len());
        let plain = self.shape.rows.stride == 1 && self.shape.columns.stride == 1;
        if !plain {
            stretched.fill(0.0);
        }
        let images = given.chunks_exact(self.shape.output_len());
        for (given, wanted) in images.zip(wanted.chunks_exact_mut(self.shape.input_len())) {
            if plain {
                convolver.run(packed, &[given], &mut [wanted], scratch);
            } else {
                self.stretch(given, back, stretched);
                convolver.run(packed, &[stretched], &mut [wanted], scratch);
            }
        }
    }

    /// Moves numbers apart by the strides; what lies between them stays as it is.
    fn stretch(&self, given: &[f32], back: &Shape, stretched: &mut [f32]) {
        let Shape { rows, columns, .. } = self.shape;
        let planes = given.chunks_exact(self.pixels());
        let len = back.rows.input * back.columns.input;
        for (plane, stretched) in planes.zip(stretched.chunks_exact_mut(len)) {
            let rows_out = stretched
                .chunks_mut(back.columns.input)
                .step_by(rows.stride);
            for (row, out) in plane.chunks_exact(columns.output).zip(rows_out) {
                let places = out.iter_mut().step_by(columns.stride);
                places.zip(row).for_each(|(to, &g)| *to = g);
            }
        }
    }

    /// The data's gradient by its definition, for padding that is wider than the kernel.
    fn scatter(&self, weights: &[f32], given: &[f32], wanted: &mut [f32]) {
        let Shape { rows, columns, .. } = self.shape;
        let (channels, filters) = self.each();
        wanted.fill(0.0);
        for sample in 0..self.shape.batch {
            for filter in 0..self.shape.outputs {
                let given = &given[(sample * self.shape.outputs + filter) * self.pixels()..];
                for channel in 0..channels {
                    let input = sample * self.shape.inputs + filter / filters * channels + channel;
                    let wanted = &mut wanted[input * rows.input * columns.input..];
                    let kernel = &weights[(filter * channels + channel) * self.taps()..];
                    for (y, ky) in pairs(rows.output, rows.kernel) {
                        let Some(to_y) = rows.reads(y, ky) else {
                            continue;
                        };
                        for (x, kx) in pairs(columns.output, columns.kernel) {
                            if let Some(to_x) = columns.reads(x, kx) {
                                wanted[to_y * columns.input + to_x] += given
                                    [y * columns.output + x]
                                    * kernel[ky * columns.kernel + kx];
                            }
                        }
                    }
                }
            }
        }
    }
}

/// Numbers of each channel, summed over the images.
fn channel_sums(numbers: &[f32], channels: usize, pixels: usize, sums: &mut [f32]) {
    for (channel, to) in sums.iter_mut().enumerate() {
        let planes = numbers
            .chunks_exact(pixels.max(1))
            .skip(channel)
            .step_by(channels);
        *to = planes.map(|x| sum(x, x, |x, _| x)).sum::<f64>() as f32;
    }
}

/// A transposed convolution: what takes the gradients of a convolution back to its data. Inputs: data (batch, the
/// convolution's outputs, rows, columns), weights as that convolution has them, an optional bias.
pub struct Transposed(Convolved);

impl Transposed {
    /// `shape` is that of the convolution which this one transposes.
    pub fn new(shape: Shape) -> Self {
        Transposed(Convolved::new(shape))
    }
}

impl Differentiable for Transposed {
    fn scratch_len(&self) -> usize {
        self.0.scratch_len()
    }

    fn forward(&mut self, inputs: &[&[f32]], outputs: &mut [&mut [f32]], scratch: &mut [f32]) {
        self.0
            .data_gradient(inputs[1], inputs[0], outputs[0], scratch);
        let Some(bias) = inputs.get(2).filter(|bias| !bias.is_empty()) else {
            return;
        };
        let plane = self.0.shape.rows.input * self.0.shape.columns.input;
        let planes = outputs[0].chunks_exact_mut(plane.max(1));
        for (plane, &bias) in planes.zip(bias.iter().cycle()) {
            plane.iter_mut().for_each(|x| *x += bias);
        }
    }

    fn backward(&mut self, pass: &mut Backward<'_, '_>, scratch: &mut [f32]) {
        let (x, weights, given) = (pass.inputs[0], pass.inputs[1], pass.given[0]);
        let shape = self.0.shape;
        if let Some(wanted) = pass.want(0) {
            self.0.forward(&[given, weights], &mut [wanted], scratch);
        }
        if let Some(wanted) = pass.want(1) {
            self.0.filters.find(given, x, wanted, scratch);
        }
        if let Some(wanted) = pass.want(2) {
            channel_sums(
                given,
                shape.inputs,
                shape.rows.input * shape.columns.input,
                wanted,
            );
        }
    }
}

fn pairs(outputs: usize, kernel: usize) -> impl Iterator<Item = (usize, usize)> {
    (0..outputs).flat_map(move |at| (0..kernel).map(move |k| (at, k)))
}

/// The window along one axis that takes gradients back. `None` where padding is wider than the kernel reaches.
fn turn(span: Span) -> Option<Span> {
    let stretched = (span.output - 1) * span.stride + 1;
    let pad_begin = span.reach().checked_sub(span.pad_begin)?;
    let pad_end = (span.input + span.reach()).checked_sub(stretched + pad_begin)?;
    Some(Span {
        input: stretched,
        kernel: span.kernel,
        stride: 1,
        dilation: span.dilation,
        pad_begin,
        pad_end,
        output: span.input,
    })
}

impl Differentiable for Convolved {
    fn scratch_len(&self) -> usize {
        let own = |convolver: &Convolver| convolver.packed_len() + convolver.scratch_len();
        let turned = self.shape.outputs * self.shape.depth();
        let back = self.back.as_ref().map_or(0, |(back, convolver)| {
            turned + own(convolver) + back.input_len()
        });
        own(&self.convolver)
            .max(back)
            .max(self.filters.scratch_len())
    }

    fn forward(&mut self, inputs: &[&[f32]], outputs: &mut [&mut [f32]], scratch: &mut [f32]) {
        let (packed, scratch) = scratch.split_at_mut(self.convolver.packed_len());
        let bias = inputs.get(2).copied().unwrap_or_default();
        self.convolver.pack(inputs[1], bias, packed);
        self.convolver.run(packed, &inputs[..1], outputs, scratch);
    }

    fn backward(&mut self, pass: &mut Backward<'_, '_>, scratch: &mut [f32]) {
        let (x, weights, given) = (pass.inputs[0], pass.inputs[1], pass.given[0]);
        if let Some(wanted) = pass.want(0) {
            self.data_gradient(weights, given, wanted, scratch);
        }
        if let Some(wanted) = pass.want(1) {
            self.filters.find(x, given, wanted, scratch);
        }
        if let Some(wanted) = pass.want(2) {
            channel_sums(given, self.shape.outputs, self.pixels(), wanted);
        }
    }
}
