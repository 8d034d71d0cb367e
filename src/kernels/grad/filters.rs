//! The gradient of a convolution's weights: a product over all pixels of all images, of what comes back at each filter's
//! output with what each of its weights saw there.

use super::sums::sum;
use crate::conv::Shape;
use crate::pack::{Panels, interleave, panel_count, quads};
use crate::padded::{Layout, SLACK, fill_rows};
use crate::product::{Tail, Target, multiply_packed};
use crate::tile::{COLUMNS, Left, ROWS, Right};
use std::ops::Range;

/// The packed right matrix is kept to about this many numbers, half a second-level cache, but not below `FEWEST` pixels.
const BLOCK: usize = 1 << 16;
/// How many pixels are summed over in one go.
const FEWEST: usize = 256;
const MOST: usize = 768;

/// Sizes of one such product.
pub struct FiltersGradient {
    shape: Shape,
    layout: Layout,
    /// Of one group.
    channels: usize,
    filters: usize,
    /// Where each weight's first input lies in the padded planes of its group.
    offsets: Vec<usize>,
    /// What is summed over in one go: whole images, or rows of one.
    images: usize,
    rows: usize,
}

impl FiltersGradient {
    /// For a convolution's shape: blocks of pixels that fit the cache.
    pub fn new(shape: Shape) -> Self {
        let groups = shape.groups.max(1);
        let (channels, filters) = (shape.inputs / groups, shape.outputs / groups);
        let width = shape.columns.output.max(1);
        let pixels = (BLOCK / shape.depth().max(1)).clamp(FEWEST, MOST);
        let rows = pixels.div_ceil(width).min(shape.rows.output).max(1);
        let images = match rows == shape.rows.output {
            true => (pixels / (rows * width)).clamp(1, shape.batch.max(1)),
            false => 1,
        };
        let mut found = FiltersGradient {
            layout: Layout::new(shape.columns),
            offsets: Vec::with_capacity(shape.depth()),
            shape,
            channels,
            filters,
            images,
            rows,
        };
        for channel in 0..channels {
            for ky in 0..shape.rows.kernel {
                let row = channel * found.padded_rows() + ky * shape.rows.dilation;
                let at = |kx| row * found.layout.row() + found.layout.column(kx);
                let columns: Vec<usize> = (0..shape.columns.kernel).map(at).collect();
                found.offsets.extend(columns);
            }
        }
        found
    }

    /// Whether there is too little for a product: filters that read a channel of their own.
    fn is_thin(&self) -> bool {
        self.channels == 1 && self.filters < ROWS
    }

    fn pixels(&self) -> usize {
        self.shape.rows.output * self.shape.columns.output
    }

    fn padded_rows(&self) -> usize {
        let rows = self.shape.rows;
        (rows.output - 1) * rows.stride + rows.reach() + 1
    }

    /// Padded planes of a group, both packed matrices, their product.
    fn parts(&self) -> [usize; 4] {
        let planes = self.channels * self.padded_rows() * self.layout.row() + SLACK;
        if self.is_thin() {
            return [planes, 0, 0, 0];
        }
        let pixels = self.images * self.rows * self.shape.columns.output;
        let depth = self.offsets.len();
        [
            planes,
            self.filters.div_ceil(ROWS) * ROWS * pixels,
            panel_count(depth) * COLUMNS * pixels,
            self.filters * depth,
        ]
    }

    /// How many numbers of working memory [`FiltersGradient::find`] wants.
    pub fn scratch_len(&self) -> usize {
        self.parts().iter().sum()
    }

    /// `x` is the convolution's data, `given` the gradient by its output; `wanted` has the order of the weights.
    pub fn find(&self, x: &[f32], given: &[f32], wanted: &mut [f32], scratch: &mut [f32]) {
        let [padded, left, right, product] = self.parts();
        let (padded, scratch) = scratch.split_at_mut(padded);
        let (left, scratch) = scratch.split_at_mut(left);
        let (right, scratch) = scratch.split_at_mut(right);
        wanted.fill(0.0);
        if self.is_thin() {
            return self.one_by_one(x, given, wanted, padded);
        }
        let mut factors = Factors {
            padded,
            left: left.as_chunks_mut().0,
            right: right.as_chunks_mut().0,
            product: &mut scratch[..product],
        };
        let len = self.filters * self.offsets.len();
        for (group, wanted) in wanted.chunks_exact_mut(len.max(1)).enumerate() {
            for first in (0..self.shape.batch).step_by(self.images) {
                let images = first..(first + self.images).min(self.shape.batch);
                if images.len() > 1 {
                    self.add(
                        x,
                        given,
                        group,
                        images,
                        0..self.shape.rows.output,
                        &mut factors,
                        wanted,
                    );
                    continue;
                }
                for top in (0..self.shape.rows.output).step_by(self.rows) {
                    let rows = top..(top + self.rows).min(self.shape.rows.output);
                    self.add(x, given, group, images.clone(), rows, &mut factors, wanted);
                }
            }
        }
    }

    /// Adds what these rows of these images say of the weights of one group.
    #[allow(clippy::too_many_arguments)]
    fn add(
        &self,
        x: &[f32],
        given: &[f32],
        group: usize,
        images: Range<usize>,
        rows: Range<usize>,
        factors: &mut Factors<'_>,
        wanted: &mut [f32],
    ) {
        let plane = self.shape.rows.input * self.shape.columns.input;
        let (pixels, width) = (self.pixels(), self.shape.columns.output);
        let each = rows.len() * width;
        let all = images.len() * each;
        for (i, image) in images.enumerate() {
            if rows.start == 0 {
                let at = (image * self.shape.inputs + group * self.channels) * plane;
                self.pad(&x[at..at + self.channels * plane], factors.padded);
            }
            self.pack_patches(factors.padded, rows.clone(), (i * each, all), factors.right);
            let at = (image * self.shape.outputs + group * self.filters) * pixels;
            let given = &given[at..at + self.filters * pixels];
            for first in (0..self.filters).step_by(ROWS) {
                let panel = &mut factors.left[first / ROWS * all + i * each..][..each];
                // Rows beyond the last filter repeat it; their sums are not stored.
                let sources = std::array::from_fn(|row| {
                    let filter = (first + row).min(self.filters - 1);
                    &given[filter * pixels + rows.start * width..][..each]
                });
                interleave::<ROWS>(sources, panel);
            }
        }
        let left = Panels {
            rows: self.filters,
            depth: all,
            panels: &factors.left[..self.filters.div_ceil(ROWS) * all],
        };
        let depth = self.offsets.len();
        let target = Target {
            first: 0,
            width: depth,
            stride: depth,
        };
        let bias = quads(&vec![0.0; self.filters]);
        multiply_packed(
            left,
            &bias,
            factors.right,
            target,
            Tail::default(),
            factors.product,
        );
        wanted
            .iter_mut()
            .zip(&*factors.product)
            .for_each(|(w, p)| *w += p);
    }

    /// Pads the planes of one group of one image.
    fn pad(&self, planes: &[f32], padded: &mut [f32]) {
        let Shape { rows, columns, .. } = self.shape;
        let height = self.padded_rows();
        let planes = planes.chunks_exact((rows.input * columns.input).max(1));
        for (plane, padded) in planes.zip(padded.chunks_exact_mut(height * self.layout.row())) {
            fill_rows(&rows, &self.layout, plane, 0, height, 0.0, padded);
        }
    }

    /// Packs what each weight sees at each pixel of these rows, as part (from pixel `start` on, of `all`) of a right matrix.
    fn pack_patches(
        &self,
        padded: &[f32],
        rows: Range<usize>,
        (start, all): (usize, usize),
        right: &mut [Right],
    ) {
        let (width, row) = (self.shape.columns.output, self.layout.row());
        for (panel, offsets) in self.offsets.chunks(COLUMNS).enumerate() {
            let panel = &mut right[panel * all + start..][..rows.len() * width];
            for (y, pixels) in rows.clone().zip(panel.chunks_exact_mut(width)) {
                let top = y * self.shape.rows.stride * row;
                let sources = std::array::from_fn(|i| {
                    let offset = offsets.get(i).unwrap_or(&offsets[0]);
                    &padded[offset + top..][..width]
                });
                interleave::<COLUMNS>(sources, pixels);
            }
        }
    }

    /// Filter by filter, row by row.
    fn one_by_one(&self, x: &[f32], given: &[f32], wanted: &mut [f32], padded: &mut [f32]) {
        let plane = self.shape.rows.input * self.shape.columns.input;
        let (width, row) = (self.shape.columns.output, self.layout.row());
        let (pixels, taps) = (self.pixels(), self.offsets.len());
        for sample in 0..self.shape.batch {
            for channel in 0..self.shape.groups {
                let at = (sample * self.shape.groups + channel) * plane;
                self.pad(&x[at..at + plane], padded);
                for filter in channel * self.filters..(channel + 1) * self.filters {
                    let given = &given[(sample * self.shape.outputs + filter) * pixels..][..pixels];
                    let wanted = &mut wanted[filter * taps..][..taps];
                    for (wanted, offset) in wanted.iter_mut().zip(&self.offsets) {
                        let rows = given.chunks_exact(width).enumerate();
                        let products = rows.map(|(y, given)| {
                            let top = y * self.shape.rows.stride * row;
                            sum(given, &padded[offset + top..][..width], |g, x| g.mul(x))
                        });
                        *wanted += products.sum::<f64>() as f32;
                    }
                }
            }
        }
    }
}

/// Working memory of a product.
struct Factors<'a> {
    padded: &'a mut [f32],
    left: &'a mut [Left],
    right: &'a mut [Right],
    product: &'a mut [f32],
}
