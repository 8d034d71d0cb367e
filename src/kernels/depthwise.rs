//! Depthwise convolution: each output channel sees one plane. Four rows by four columns of results are held in
//! registers, so that a padded row that was loaded serves several of them.

use super::Activation;
use super::conv_shape::Shape;
use super::padded::{Layout, SLACK, fill_rows};
use super::simd::F32x4;

/// Rows of results that are computed together.
const ROWS: usize = 4;

/// A convolution in which every group has one input channel.
pub struct Depthwise {
    shape: Shape,
    layout: Layout,
    residual: bool,
    activation: Option<Activation>,
    strip: Strip,
}

/// Computes up to four rows of one channel.
type Strip = fn(&Geometry, &[f32], &Channel<'_>, &mut [f32]);

/// What a strip has to know of the padded plane.
struct Geometry {
    row: usize,
    width: usize,
    kernel: (usize, usize),
    stride: usize,
    dilation: usize,
    columns: Vec<usize>,
}

/// What differs from channel to channel.
struct Channel<'a> {
    weights: &'a [f32],
    bias: f32,
    clamp: (f32, f32),
    rows: usize,
}

impl Depthwise {
    /// A filter for each channel (`shape.inputs == shape.groups`). `residual`: a second input is added. The activation comes last.
    pub fn new(shape: Shape, residual: bool, activation: Option<Activation>) -> Self {
        let Shape { rows, columns, .. } = shape;
        let square = rows.kernel == columns.kernel && rows.stride == columns.stride;
        let plain = square && rows.dilation == 1 && columns.dilation == 1;
        let strip: Strip = match (plain, rows.kernel, rows.stride) {
            (true, 3, 1) => square_strip::<3, 1>,
            (true, 3, 2) => square_strip::<3, 2>,
            (true, 5, 1) => square_strip::<5, 1>,
            (true, 5, 2) => square_strip::<5, 2>,
            _ => any_strip,
        };
        Depthwise {
            shape,
            layout: Layout::new(columns),
            residual,
            activation,
            strip,
        }
    }

    /// Weights of all channels.
    fn weights_len(&self) -> usize {
        self.shape.outputs * self.shape.depth()
    }

    /// How many numbers packed weights take, the bias with them.
    pub fn packed_len(&self) -> usize {
        self.weights_len() + self.shape.outputs
    }

    /// The weights as they are, the bias behind them.
    pub fn pack(&self, weights: &[f32], bias: &[f32], packed: &mut [f32]) {
        let (of_weights, of_bias) = packed.split_at_mut(self.weights_len());
        of_weights.copy_from_slice(weights);
        match bias.is_empty() {
            true => of_bias.fill(0.0),
            false => of_bias.copy_from_slice(bias),
        }
    }

    /// Padded rows of a plane.
    fn padded_rows(&self) -> usize {
        let rows = self.shape.rows;
        (rows.output - 1) * rows.stride + rows.reach() + 1
    }
}

/// One strip with a square kernel of side `K` and stride `S` without dilation.
fn square_strip<const K: usize, const S: usize>(
    geometry: &Geometry,
    data: &[f32],
    channel: &Channel<'_>,
    out: &mut [f32],
) {
    match channel.rows {
        1 => square_rows::<K, S, 1>(geometry, data, channel, out),
        2 => square_rows::<K, S, 2>(geometry, data, channel, out),
        3 => square_rows::<K, S, 3>(geometry, data, channel, out),
        _ => square_rows::<K, S, 4>(geometry, data, channel, out),
    }
}

fn square_rows<const K: usize, const S: usize, const R: usize>(
    geometry: &Geometry,
    data: &[f32],
    channel: &Channel<'_>,
    out: &mut [f32],
) {
    let columns: [usize; K] = std::array::from_fn(|k| geometry.columns[k]);
    let weights: [[F32x4; K]; K] = std::array::from_fn(|ky| {
        std::array::from_fn(|kx| F32x4::splat(channel.weights[ky * K + kx]))
    });
    for x in (0..geometry.width).step_by(4) {
        let mut sums = [F32x4::splat(channel.bias); R];
        for y in 0..(R - 1) * S + K {
            let row = &data[y * geometry.row + x..];
            for kx in 0..K {
                let v = F32x4::load_slice(&row[columns[kx]..]);
                for (r, sum) in sums.iter_mut().enumerate() {
                    let ky = y.wrapping_sub(r * S);
                    if ky < K {
                        *sum = sum.add_product(v, weights[ky][kx]);
                    }
                }
            }
        }
        store(geometry, channel, x, &sums, out);
    }
}

/// One strip with any kernel.
fn any_strip(geometry: &Geometry, data: &[f32], channel: &Channel<'_>, out: &mut [f32]) {
    for r in 0..channel.rows {
        let data = &data[r * geometry.stride * geometry.row..];
        let out = &mut out[r * geometry.width..];
        for x in (0..geometry.width).step_by(4) {
            let mut sum = F32x4::splat(channel.bias);
            for ky in 0..geometry.kernel.0 {
                let row = &data[ky * geometry.dilation * geometry.row + x..];
                let weights = &channel.weights[ky * geometry.kernel.1..];
                for (&at, &weight) in geometry.columns.iter().zip(weights) {
                    sum = sum.add_product(F32x4::load_slice(&row[at..]), F32x4::splat(weight));
                }
            }
            store(geometry, channel, x, &[sum], out);
        }
    }
}

#[inline(always)]
fn store(geometry: &Geometry, channel: &Channel<'_>, x: usize, sums: &[F32x4], out: &mut [f32]) {
    let (low, high) = (F32x4::splat(channel.clamp.0), F32x4::splat(channel.clamp.1));
    let columns = (geometry.width - x).min(4);
    for (r, sum) in sums.iter().enumerate() {
        let to = &mut out[r * geometry.width + x..][..columns];
        let sum = sum.clamp(low, high);
        match columns {
            4 => sum.store_slice(to),
            _ => {
                let mut four = [0.0; 4];
                sum.store(&mut four);
                to.copy_from_slice(&four[..columns]);
            }
        }
    }
}

impl Depthwise {
    /// How many numbers of working memory [`Depthwise::run`] wants.
    pub fn scratch_len(&self) -> usize {
        self.padded_rows() * self.layout.row() + SLACK
    }

    /// Computes all planes (NCHW): `inputs` are the picture and, where there is one, the residual; `packed` comes from
    /// [`Depthwise::pack`].
    pub fn run(
        &self,
        packed: &[f32],
        inputs: &[&[f32]],
        outputs: &mut [&mut [f32]],
        scratch: &mut [f32],
    ) {
        let (weights, bias) = packed.split_at(self.weights_len());
        let Shape { rows, columns, .. } = self.shape;
        let geometry = Geometry {
            row: self.layout.row(),
            width: columns.output,
            kernel: (rows.kernel, columns.kernel),
            stride: rows.stride,
            dilation: rows.dilation,
            columns: (0..columns.kernel).map(|k| self.layout.column(k)).collect(),
        };
        let taps = rows.kernel * columns.kernel;
        let (plane_in, plane_out) = (rows.input * columns.input, rows.output * columns.output);
        let multiplier = self.shape.outputs / self.shape.inputs.max(1);
        // With a residual, the activation has to wait for the sum.
        let early = self.activation.filter(|_| !self.residual);
        let clamp = early.and_then(Activation::clamp);
        let late = self.activation.filter(|_| clamp.is_none());
        for plane in 0..self.shape.batch * self.shape.outputs {
            let source = &inputs[0][plane / multiplier * plane_in..][..plane_in];
            if plane.is_multiple_of(multiplier) {
                fill_rows(
                    &rows,
                    &self.layout,
                    source,
                    0,
                    self.padded_rows(),
                    0.0,
                    scratch,
                );
            }
            let at = plane % self.shape.outputs;
            let out = &mut outputs[0][plane * plane_out..][..plane_out];
            for first in (0..rows.output).step_by(ROWS) {
                let channel = Channel {
                    weights: &weights[at * taps..][..taps],
                    bias: bias[at],
                    clamp: clamp.unwrap_or((f32::NEG_INFINITY, f32::INFINITY)),
                    rows: ROWS.min(rows.output - first),
                };
                let data = &scratch[first * rows.stride * geometry.row..];
                (self.strip)(
                    &geometry,
                    data,
                    &channel,
                    &mut out[first * columns.output..],
                );
            }
            if self.residual {
                let summand = &inputs[1][plane * plane_out..][..plane_out];
                out.iter_mut().zip(summand).for_each(|(o, r)| *o += r);
            }
            if let Some(activation) = late {
                activation.apply(out);
            }
        }
    }
}
