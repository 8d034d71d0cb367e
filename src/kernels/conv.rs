//! Convolution of planes with any kernel, stride, dilation, padding and number of groups: a product whose right
//! matrix is never written out. Its rows are read where they lie in a padded copy of the input.

pub use super::conv_shape::Shape;
use super::depthwise::Depthwise;
use super::pack::{self, Panels};
use super::padded::{Layout, SLACK, fill_rows};
use super::product::{self, Tail};
use super::tile::{self, COLUMNS, Left, Place, ROWS};
use super::{Activation, Kernel};

/// A strip of padded rows is kept to about this many numbers, half a second-level cache.
const STRIP: usize = 1 << 16;
/// The deepest part of the sum that is worked on in one go.
const DEPTH: usize = 768;

/// The kernel of a convolution. `weights` (outputs, inputs / groups, rows, columns), `bias` (outputs).
/// Its inputs at run time are the data and, where `residual` says so, a summand of the output's shape.
pub fn convolution(
    shape: Shape,
    weights: &[f32],
    bias: &[f32],
    residual: bool,
    activation: Option<Activation>,
) -> Box<dyn Kernel> {
    let convolver = Convolver::new(shape, residual, activation);
    let mut packed = vec![0.0; convolver.packed_len()];
    convolver.pack(weights, bias, &mut packed);
    Box::new(Convolution { convolver, packed })
}

/// A convolution with its weights packed.
struct Convolution {
    convolver: Convolver,
    packed: Vec<f32>,
}

impl Kernel for Convolution {
    fn scratch_len(&self) -> usize {
        self.convolver.scratch_len()
    }

    fn run(&self, inputs: &[&[f32]], outputs: &mut [&mut [f32]], scratch: &mut [f32]) {
        self.convolver.run(&self.packed, inputs, outputs, scratch);
    }
}

/// A convolution of known sizes, in the way that suits them best. Its weights come packed at each run.
pub enum Convolver {
    Depthwise(Depthwise),
    Product(ConvolutionProduct),
}

impl Convolver {
    /// The kernel that suits the shape. `residual`: a second input is added. The activation comes last.
    pub fn new(shape: Shape, residual: bool, activation: Option<Activation>) -> Self {
        match shape.groups > 1 && shape.inputs == shape.groups {
            true => Convolver::Depthwise(Depthwise::new(shape, residual, activation)),
            false => Convolver::Product(ConvolutionProduct::new(shape, residual, activation)),
        }
    }

    /// How many numbers packed weights take, the bias with them.
    pub fn packed_len(&self) -> usize {
        match self {
            Convolver::Depthwise(depthwise) => depthwise.packed_len(),
            Convolver::Product(product) => product.packed_len(),
        }
    }

    /// Packs `weights` (outputs, inputs / groups, rows, columns) and `bias` (outputs; empty for none).
    pub fn pack(&self, weights: &[f32], bias: &[f32], packed: &mut [f32]) {
        match self {
            Convolver::Depthwise(depthwise) => depthwise.pack(weights, bias, packed),
            Convolver::Product(product) => product.pack(weights, bias, packed),
        }
    }

    /// As [`Kernel::scratch_len`].
    pub fn scratch_len(&self) -> usize {
        match self {
            Convolver::Depthwise(depthwise) => depthwise.scratch_len(),
            Convolver::Product(product) => product.scratch_len(),
        }
    }

    /// As [`Kernel::run`].
    pub fn run(
        &self,
        packed: &[f32],
        inputs: &[&[f32]],
        outputs: &mut [&mut [f32]],
        scratch: &mut [f32],
    ) {
        match self {
            Convolver::Depthwise(depthwise) => depthwise.run(packed, inputs, outputs, scratch),
            Convolver::Product(product) => product.run(packed, inputs, outputs, scratch),
        }
    }
}

/// A convolution as a product of matrices.
pub struct ConvolutionProduct {
    shape: Shape,
    method: Method,
    residual: bool,
    activation: Option<Activation>,
}

/// How the right matrix is read.
enum Method {
    /// As it is: one pixel in, one pixel out.
    Pointwise,
    /// Out of padded strips.
    Strips(Strips),
}

struct Strips {
    layout: Layout,
    /// Output rows of a strip, and the padded input rows under them.
    output_rows: usize,
    input_rows: usize,
    /// Where each row of the right matrix starts in the strip.
    offsets: Vec<u32>,
}

impl ConvolutionProduct {
    fn new(shape: Shape, residual: bool, activation: Option<Activation>) -> Self {
        let pointwise = shape.rows.is_pointwise() && shape.columns.is_pointwise();
        ConvolutionProduct {
            shape,
            method: match pointwise {
                true => Method::Pointwise,
                false => Method::Strips(Strips::new(&shape)),
            },
            residual,
            activation,
        }
    }

    /// Output channels of one group.
    fn each(&self) -> usize {
        self.shape.outputs / self.shape.groups.max(1)
    }

    /// Quads in the packed weights of one group, and in its bias behind them.
    fn parts(&self) -> [usize; 2] {
        let panels = self.each().div_ceil(ROWS);
        [panels * self.shape.depth(), panels]
    }

    fn packed_len(&self) -> usize {
        let [panels, bias] = self.parts();
        self.shape.groups * (panels + bias) * ROWS
    }

    fn pack(&self, weights: &[f32], bias: &[f32], packed: &mut [f32]) {
        let (each, depth) = (self.each(), self.shape.depth());
        let [panels, quads] = self.parts();
        let groups = packed.chunks_exact_mut(((panels + quads) * ROWS).max(1));
        for (group, packed) in groups.enumerate() {
            let (packed, summands) = packed.split_at_mut(panels * ROWS);
            let weights = &weights[group * each * depth..][..each * depth];
            let at = |i, k| weights[i * depth + k];
            pack::panels_of::<ROWS>((each, depth), at, packed.as_chunks_mut().0);
            summands.fill(0.0);
            if !bias.is_empty() {
                summands[..each].copy_from_slice(&bias[group * each..][..each]);
            }
        }
    }

    fn scratch_len(&self) -> usize {
        let pixels = self.shape.rows.output * self.shape.columns.output;
        match &self.method {
            Method::Pointwise => product::scratch_len(self.shape.depth(), pixels),
            Method::Strips(strips) => strips.scratch_len(&self.shape),
        }
    }

    fn run(
        &self,
        packed: &[f32],
        inputs: &[&[f32]],
        outputs: &mut [&mut [f32]],
        scratch: &mut [f32],
    ) {
        let shape = &self.shape;
        let pixels = shape.rows.output * shape.columns.output;
        let input_len = shape.input_len() / shape.groups.max(1);
        let output_len = shape.output_len() / shape.groups.max(1);
        let [panels, quads] = self.parts();
        let (packed, _) = packed.as_chunks();
        for at in 0..shape.batch * shape.groups {
            let group = &packed[at % shape.groups * (panels + quads)..][..panels + quads];
            let (panels, bias) = group.split_at(panels);
            let weights = Panels {
                rows: self.each(),
                depth: shape.depth(),
                panels,
            };
            let input = &inputs[0][at * input_len..][..input_len];
            let range = at * output_len..(at + 1) * output_len;
            let tail = Tail {
                residual: self.residual.then(|| (&inputs[1][range.clone()], pixels)),
                activation: self.activation,
            };
            let out = &mut outputs[0][range];
            match &self.method {
                Method::Pointwise => {
                    product::multiply(weights, bias, input, pixels, tail, out, scratch);
                }
                Method::Strips(strips) => {
                    strips.run(shape, weights, bias, input, tail, out, scratch);
                }
            }
        }
    }
}

impl Strips {
    fn new(shape: &Shape) -> Self {
        let Shape { rows, columns, .. } = *shape;
        let channels = shape.inputs / shape.groups.max(1);
        let layout = Layout::new(columns);
        let fitting = STRIP / (channels * layout.row()).max(1);
        let output_rows = (fitting.saturating_sub(rows.reach() + 1) / rows.stride + 1)
            .min(rows.output)
            .max(1);
        let input_rows = (output_rows - 1) * rows.stride + rows.reach() + 1;
        let mut offsets = Vec::with_capacity(shape.depth());
        for channel in 0..channels {
            for ky in 0..rows.kernel {
                let row = channel * input_rows + ky * rows.dilation;
                offsets.extend(
                    (0..columns.kernel).map(|kx| (row * layout.row() + layout.column(kx)) as u32),
                );
            }
        }
        Strips {
            layout,
            output_rows,
            input_rows,
            offsets,
        }
    }

    fn scratch_len(&self, shape: &Shape) -> usize {
        let channels = shape.inputs / shape.groups.max(1);
        channels * self.input_rows * self.layout.row() + SLACK
    }

    /// One group of one image.
    #[allow(clippy::too_many_arguments)]
    fn run(
        &self,
        shape: &Shape,
        weights: Panels<'_>,
        bias: &[Left],
        input: &[f32],
        tail: Tail<'_>,
        out: &mut [f32],
        scratch: &mut [f32],
    ) {
        let Shape { rows, columns, .. } = *shape;
        let plane = rows.input * columns.input;
        for first in (0..rows.output).step_by(self.output_rows) {
            let height = self.output_rows.min(rows.output - first);
            let strip = self.input_rows * self.layout.row();
            for (plane, strip) in input
                .chunks_exact(plane)
                .zip(scratch.chunks_exact_mut(strip))
            {
                let top = first * rows.stride;
                fill_rows(&rows, &self.layout, plane, top, self.input_rows, 0.0, strip);
            }
            self.multiply(shape, weights, bias, (first, height), tail, out, scratch);
        }
    }

    /// The product over one strip of `height` output rows from `first` on.
    #[allow(clippy::too_many_arguments)]
    fn multiply(
        &self,
        shape: &Shape,
        weights: Panels<'_>,
        bias: &[Left],
        (first, height): (usize, usize),
        tail: Tail<'_>,
        out: &mut [f32],
        data: &[f32],
    ) {
        let (depth, width) = (weights.depth, shape.columns.output);
        let plane = shape.rows.output * width;
        let parts = depth.div_ceil(DEPTH).max(1);
        for part in 0..parts {
            let (from, to) = (part * depth / parts, (part + 1) * depth / parts);
            let last = part + 1 == parts;
            let finish = tail.finish(part > 0, last);
            let offsets = &self.offsets[from..to];
            for (panel, &bias) in bias.iter().enumerate() {
                let channel = panel * ROWS;
                let channels = ROWS.min(weights.rows - channel);
                let a = &weights.panels[panel * depth + from..panel * depth + to];
                let start = if part == 0 { bias } else { [0.0; ROWS] };
                for y in 0..height {
                    let source = &data[y * shape.rows.stride * self.layout.row()..];
                    let target = channel * plane + (first + y) * width;
                    for x in (0..width).step_by(COLUMNS) {
                        let columns = COLUMNS.min(width - x);
                        let sums = match columns {
                            ..=4 => tile::scattered_half(a, offsets, &source[x..], &start),
                            _ => tile::scattered(a, offsets, &source[x..], &start),
                        };
                        let place = Place {
                            at: target + x,
                            stride: plane,
                            rows: channels,
                            columns,
                            residual_at: target + x,
                        };
                        tile::store(&sums, place, &finish, out);
                    }
                }
                if let Some(activation) = tail.afterwards().filter(|_| last) {
                    for i in channel..channel + channels {
                        activation.apply(&mut out[i * plane + first * width..][..height * width]);
                    }
                }
            }
        }
    }
}
