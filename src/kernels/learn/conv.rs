//! Convolutions. Forward they run on the kernels that run models. The gradient by the data is again a convolution, of
//! the given gradient with the turned weights; the gradient by the weights is a product over all pixels.

use super::sums::sum;
use super::{Backward, Differentiable};
use crate::kernels::conv::{Shape, convolution};
use crate::kernels::pack::{Panels, panel_count, quads};
use crate::kernels::padded::{Layout, SLACK, Span, fill_rows};
use crate::kernels::product::{Tail, Target, multiply_packed};
use crate::kernels::tile::{COLUMNS, ROWS, Right};

/// How many pixels are summed over in one go, where that many can be had.
const PIXELS: usize = 768;

/// Inputs: data (batch, channels, rows, columns), weights (filters, channels / groups, rows, columns), an optional bias.
pub struct Convolved {
    shape: Shape,
    /// The convolution that makes the data's gradient, of one image.
    back: Option<Shape>,
    layout: Layout,
    forward_scratch: usize,
    back_scratch: usize,
}

impl Convolved {
    pub fn new(shape: Shape) -> Self {
        let scratch = |shape: &Shape| {
            let weights = vec![0.0; shape.outputs * shape.depth()];
            let kernel = convolution(*shape, &weights, &vec![0.0; shape.outputs], false, None);
            kernel.scratch_len()
        };
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
        let back = turned();
        let stretched = back.map_or(0, |back| back.input_len());
        Convolved {
            forward_scratch: scratch(&shape),
            back_scratch: back.map_or(0, |back| scratch(&back)) + stretched,
            back,
            layout: Layout::new(shape.columns),
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

    fn padded_rows(&self) -> usize {
        let rows = self.shape.rows;
        (rows.output - 1) * rows.stride + rows.reach() + 1
    }

    /// Images whose pixels are summed over in one go.
    fn images(&self) -> usize {
        (PIXELS / self.pixels().max(1)).clamp(1, self.shape.batch.max(1))
    }

    /// Numbers of scratch for the weights' gradient: padded planes of a group, both packed matrices, their product.
    fn weight_scratch(&self) -> [usize; 4] {
        let (channels, filters) = self.each();
        let pixels = self.pixels() * self.images();
        let depth = channels * self.taps();
        [
            channels * self.padded_rows() * self.layout.row() + SLACK,
            filters.div_ceil(ROWS) * ROWS * pixels,
            panel_count(depth) * COLUMNS * pixels,
            filters * depth,
        ]
    }

    /// Where each weight's first input lies in the padded planes of its group.
    fn offsets(&self) -> Vec<usize> {
        let (channels, _) = self.each();
        let Shape { rows, columns, .. } = self.shape;
        let mut offsets = Vec::with_capacity(channels * self.taps());
        for channel in 0..channels {
            for ky in 0..rows.kernel {
                let row = channel * self.padded_rows() + ky * rows.dilation;
                offsets.extend(
                    (0..columns.kernel).map(|kx| row * self.layout.row() + self.layout.column(kx)),
                );
            }
        }
        offsets
    }

    /// Pads the planes of one group of one image.
    fn pad(&self, planes: &[f32], padded: &mut [f32]) {
        let Shape { rows, columns, .. } = self.shape;
        let len = self.padded_rows() * self.layout.row();
        let planes = planes.chunks_exact((rows.input * columns.input).max(1));
        for (plane, padded) in planes.zip(padded.chunks_exact_mut(len)) {
            fill_rows(
                &rows,
                &self.layout,
                plane,
                0,
                self.padded_rows(),
                0.0,
                padded,
            );
        }
    }

    fn weights_gradient(&self, x: &[f32], given: &[f32], wanted: &mut [f32], scratch: &mut [f32]) {
        let (channels, filters) = self.each();
        let [padded, left, right, product] = self.weight_scratch();
        let (padded, scratch) = scratch.split_at_mut(padded);
        let (left, scratch) = scratch.split_at_mut(left);
        let (right, scratch) = scratch.split_at_mut(right);
        let product = &mut scratch[..product];
        let offsets = self.offsets();
        let (plane, pixels) = (self.shape.input_len() / self.shape.inputs, self.pixels());
        let depth = channels * self.taps();
        wanted.fill(0.0);
        if channels == 1 {
            return self.one_channel_each(x, given, &offsets, wanted, padded);
        }
        for first in (0..self.shape.batch).step_by(self.images()) {
            let images = self.images().min(self.shape.batch - first);
            let all = images * pixels;
            for group in 0..self.shape.groups {
                let (panels, _) = left.as_chunks_mut::<ROWS>();
                let (right, _) = right.as_chunks_mut::<COLUMNS>();
                for image in 0..images {
                    let sample = first + image;
                    let at = (sample * self.shape.inputs + group * channels) * plane;
                    self.pad(&x[at..at + channels * plane], padded);
                    self.pack_patches(padded, &offsets, (image * pixels, all), right);
                    let at = (sample * self.shape.outputs + group * filters) * pixels;
                    let given = &given[at..at + filters * pixels];
                    for (f, given) in given.chunks_exact(pixels).enumerate() {
                        let panel = &mut panels[f / ROWS * all + image * pixels..][..pixels];
                        for (quad, &g) in panel.iter_mut().zip(given) {
                            quad[f % ROWS] = g;
                        }
                    }
                }
                // Rows that fill up the last panel: their sums are not stored, but must not be NaN-slow.
                for quad in &mut panels[(filters - 1) / ROWS * all..][..all] {
                    quad[(filters - 1) % ROWS + 1..].fill(0.0);
                }
                let left = Panels {
                    rows: filters,
                    depth: all,
                    panels: &panels[..filters.div_ceil(ROWS) * all],
                };
                let target = Target {
                    first: 0,
                    width: depth,
                    stride: depth,
                };
                let bias = quads(&vec![0.0; filters]);
                multiply_packed(left, &bias, right, target, Tail::default(), product);
                let wanted = &mut wanted[group * filters * depth..][..filters * depth];
                wanted.iter_mut().zip(&*product).for_each(|(w, p)| *w += p);
            }
        }
    }

    /// Packs what each weight sees at each pixel of one image, as part (`start` of `all` pixels) of a right matrix.
    fn pack_patches(
        &self,
        padded: &[f32],
        offsets: &[usize],
        (start, all): (usize, usize),
        right: &mut [Right],
    ) {
        let (width, row) = (self.shape.columns.output, self.layout.row());
        let stride = self.shape.rows.stride;
        for (panel, offsets) in offsets.chunks(COLUMNS).enumerate() {
            let panel = &mut right[panel * all + start..][..self.pixels()];
            for (y, pixels) in panel.chunks_exact_mut(width).enumerate() {
                let sources: [&[f32]; COLUMNS] = std::array::from_fn(|i| {
                    let offset = offsets.get(i).unwrap_or(&offsets[0]);
                    &padded[offset + y * stride * row..][..width]
                });
                for (x, pixel) in pixels.iter_mut().enumerate() {
                    for i in 0..COLUMNS {
                        pixel[i] = sources[i][x];
                    }
                }
            }
        }
    }

    /// The weights' gradient where every filter reads one channel.
    fn one_channel_each(
        &self,
        x: &[f32],
        given: &[f32],
        offsets: &[usize],
        wanted: &mut [f32],
        padded: &mut [f32],
    ) {
        let (_, filters) = self.each();
        let (plane, pixels) = (self.shape.input_len() / self.shape.inputs, self.pixels());
        let (width, row) = (self.shape.columns.output, self.layout.row());
        for sample in 0..self.shape.batch {
            for channel in 0..self.shape.groups {
                let at = (sample * self.shape.groups + channel) * plane;
                self.pad(&x[at..at + plane], padded);
                for filter in channel * filters..(channel + 1) * filters {
                    let given = &given[(sample * self.shape.outputs + filter) * pixels..][..pixels];
                    let wanted = &mut wanted[filter * self.taps()..][..self.taps()];
                    for (wanted, offset) in wanted.iter_mut().zip(offsets) {
                        let rows = given.chunks_exact(width).enumerate();
                        let products = rows.map(|(y, given)| {
                            let seen =
                                &padded[offset + y * self.shape.rows.stride * row..][..width];
                            sum(given, seen, |g, x| g * x)
                        });
                        *wanted += products.sum::<f64>() as f32;
                    }
                }
            }
        }
    }

    fn data_gradient(
        &self,
        weights: &[f32],
        given: &[f32],
        wanted: &mut [f32],
        scratch: &mut [f32],
    ) {
        let Some(back) = self.back else {
            return self.scatter(weights, given, wanted);
        };
        let (channels, filters) = self.each();
        let taps = self.taps();
        let mut turned = vec![0.0; weights.len()];
        for (at, kernel) in weights.chunks_exact(taps).enumerate() {
            let (filter, channel) = (at / channels, at % channels);
            let (group, within) = (filter / filters, filter % filters);
            let to = ((group * channels + channel) * filters + within) * taps;
            let mirrored = turned[to..to + taps].iter_mut().rev();
            mirrored.zip(kernel).for_each(|(to, &w)| *to = w);
        }
        let kernel = convolution(back, &turned, &vec![0.0; back.outputs], false, None);
        let (stretched, scratch) = scratch.split_at_mut(back.input_len());
        let plain = self.shape.rows.stride == 1 && self.shape.columns.stride == 1;
        stretched.fill(0.0);
        let images = given.chunks_exact(self.shape.output_len());
        for (given, wanted) in images.zip(wanted.chunks_exact_mut(self.shape.input_len())) {
            if plain {
                kernel.run(&[given], &mut [wanted], scratch);
            } else {
                self.stretch(given, &back, stretched);
                kernel.run(&[stretched], &mut [wanted], scratch);
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
            self.0.weights_gradient(given, x, wanted, scratch);
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
        let weights: usize = self.weight_scratch().iter().sum();
        self.forward_scratch.max(self.back_scratch).max(weights)
    }

    fn forward(&mut self, inputs: &[&[f32]], outputs: &mut [&mut [f32]], scratch: &mut [f32]) {
        let zeros;
        let bias = match inputs.get(2) {
            Some(bias) if !bias.is_empty() => bias,
            _ => {
                zeros = vec![0.0; self.shape.outputs];
                &zeros[..]
            }
        };
        convolution(self.shape, inputs[1], bias, false, None).run(&inputs[..1], outputs, scratch);
    }

    fn backward(&mut self, pass: &mut Backward<'_, '_>, scratch: &mut [f32]) {
        let (x, weights, given) = (pass.inputs[0], pass.inputs[1], pass.given[0]);
        if let Some(wanted) = pass.want(0) {
            self.data_gradient(weights, given, wanted, scratch);
        }
        if let Some(wanted) = pass.want(1) {
            self.weights_gradient(x, given, wanted, scratch);
        }
        if let Some(wanted) = pass.want(2) {
            channel_sums(given, self.shape.outputs, self.pixels(), wanted);
        }
    }
}
