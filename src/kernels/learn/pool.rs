//! Pooling over windows.

use super::{Backward, Differentiable};
use crate::kernels::padded::Span;
use std::ops::Range;

/// The input positions under each output position along one axis; none in the padding.
struct Windows {
    span: Span,
    /// By output: the kernel positions that lie within the data.
    inside: Vec<Range<usize>>,
}

impl Windows {
    fn new(span: Span) -> Self {
        let at =
            |i: usize, k: usize| (i * span.stride + k * span.dilation).checked_sub(span.pad_begin);
        let inside = (0..span.output).map(|i| {
            let within = |k: &usize| at(i, *k).is_some_and(|x| x < span.input);
            let first = (0..span.kernel).find(within).unwrap_or(span.kernel);
            let last = (0..span.kernel).rfind(within).map_or(first, |k| k + 1);
            first..last
        });
        Windows {
            inside: inside.collect(),
            span,
        }
    }

    /// The input positions under output position `i`.
    #[inline(always)]
    fn places(&self, i: usize) -> impl Iterator<Item = usize> + '_ {
        let Span {
            stride,
            dilation,
            pad_begin,
            ..
        } = self.span;
        self.inside[i]
            .clone()
            .map(move |k| i * stride + k * dilation - pad_begin)
    }

    /// How many positions count at output position `i`, the padding among them or not.
    fn count(&self, i: usize, with_padding: bool) -> usize {
        let Span {
            stride,
            dilation,
            pad_begin,
            pad_end,
            input,
            kernel,
            ..
        } = self.span;
        match with_padding {
            true => {
                let end = pad_begin + input + pad_end;
                (0..kernel)
                    .filter(|k| i * stride + k * dilation < end)
                    .count()
            }
            false => self.inside[i].len(),
        }
    }
}

/// The largest number of each window. Of equal ones the first takes the gradient.
pub struct MaxPool {
    planes: usize,
    rows: Windows,
    columns: Windows,
    /// By output: the place of the largest in its plane; `u32::MAX` for a window that is all padding.
    chosen: Vec<u32>,
}

impl MaxPool {
    pub fn new(planes: usize, rows: Span, columns: Span) -> Self {
        MaxPool {
            planes,
            chosen: vec![0; planes * rows.output * columns.output],
            rows: Windows::new(rows),
            columns: Windows::new(columns),
        }
    }
}

impl Differentiable for MaxPool {
    fn forward(&mut self, inputs: &[&[f32]], outputs: &mut [&mut [f32]], _scratch: &mut [f32]) {
        let width = self.columns.span.input;
        let plane_in = self.rows.span.input * width;
        let plane_out = self.rows.span.output * self.columns.span.output;
        for plane in 0..self.planes {
            let x = &inputs[0][plane * plane_in..][..plane_in];
            let out = &mut outputs[0][plane * plane_out..][..plane_out];
            let chosen = &mut self.chosen[plane * plane_out..][..plane_out];
            let mut at = 0;
            for y in 0..self.rows.span.output {
                for column in 0..self.columns.span.output {
                    let (mut best, mut place) = (f32::NEG_INFINITY, u32::MAX);
                    for row in self.rows.places(y) {
                        for column in self.columns.places(column) {
                            let from = row * width + column;
                            if x[from] > best || place == u32::MAX || x[from].is_nan() {
                                (best, place) = (x[from], from as u32);
                            }
                        }
                    }
                    (out[at], chosen[at]) = (best, place);
                    at += 1;
                }
            }
        }
    }

    fn backward(&mut self, pass: &mut Backward<'_, '_>, _scratch: &mut [f32]) {
        let given = pass.given[0];
        let Some(wanted) = pass.want(0) else { return };
        wanted.fill(0.0);
        let plane_out = self.rows.span.output * self.columns.span.output;
        let plane_in = self.rows.span.input * self.columns.span.input;
        let planes = wanted.chunks_exact_mut(plane_in.max(1));
        let made = given
            .chunks_exact(plane_out.max(1))
            .zip(self.chosen.chunks_exact(plane_out.max(1)));
        for (wanted, (given, chosen)) in planes.zip(made) {
            for (&given, &to) in given.iter().zip(chosen) {
                if let Some(wanted) = wanted.get_mut(to as usize) {
                    *wanted += given;
                }
            }
        }
    }
}

/// The mean of each window.
pub struct MeanPool {
    planes: usize,
    rows: Windows,
    columns: Windows,
    with_padding: bool,
}

impl MeanPool {
    pub fn new(planes: usize, rows: Span, columns: Span, with_padding: bool) -> Self {
        MeanPool {
            planes,
            rows: Windows::new(rows),
            columns: Windows::new(columns),
            with_padding,
        }
    }

    /// Calls `body` with the plane, the output's place in it, one input's place, and what the mean is divided by.
    fn each(&self, mut body: impl FnMut(usize, usize, usize, f32)) {
        let (width, wide) = (self.columns.span.input, self.columns.span.output);
        for plane in 0..self.planes {
            for y in 0..self.rows.span.output {
                let rows = self.rows.count(y, self.with_padding);
                for x in 0..wide {
                    let count = rows * self.columns.count(x, self.with_padding);
                    let share = 1.0 / count as f32;
                    for row in self.rows.places(y) {
                        for column in self.columns.places(x) {
                            body(plane, y * wide + x, row * width + column, share);
                        }
                    }
                }
            }
        }
    }

    fn planes(&self) -> (usize, usize) {
        let (rows, columns) = (self.rows.span, self.columns.span);
        (rows.input * columns.input, rows.output * columns.output)
    }
}

impl Differentiable for MeanPool {
    fn forward(&mut self, inputs: &[&[f32]], outputs: &mut [&mut [f32]], _scratch: &mut [f32]) {
        let (before, after) = self.planes();
        let (x, out) = (inputs[0], &mut *outputs[0]);
        out.fill(0.0);
        self.each(|plane, to, from, share| {
            out[plane * after + to] += x[plane * before + from] * share;
        });
    }

    fn backward(&mut self, pass: &mut Backward<'_, '_>, _scratch: &mut [f32]) {
        let (before, after) = self.planes();
        let given = pass.given[0];
        let Some(wanted) = pass.want(0) else { return };
        wanted.fill(0.0);
        self.each(|plane, to, from, share| {
            wanted[plane * before + from] += given[plane * after + to] * share;
        });
    }
}
