//! Pooling over windows.

use super::{Backward, Differentiable};
use crate::padded::Span;
use crate::simd::F32x4;
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

    /// The outputs whose windows lie within the data.
    fn whole(&self) -> Range<usize> {
        let whole = |i: &usize| self.inside[*i] == (0..self.span.kernel);
        let first = (0..self.span.output).find(whole).unwrap_or(0);
        let last = (0..self.span.output).rfind(whole);
        first..last.map_or(first, |last| last + 1)
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
    rows: Windows,
    columns: Windows,
    /// By output: the place of the largest in its plane; `u32::MAX` for a window that is all padding.
    chosen: Vec<u32>,
}

impl MaxPool {
    /// For `planes` planes (batch × channels), each pooled through the same windows.
    pub fn new(planes: usize, rows: Span, columns: Span) -> Self {
        MaxPool {
            chosen: vec![0; planes * rows.output * columns.output],
            rows: Windows::new(rows),
            columns: Windows::new(columns),
        }
    }
}

impl MaxPool {
    /// The largest number of one window and its place in the plane; `u32::MAX` where there is none.
    fn largest(&self, x: &[f32], y: usize, column: usize) -> (f32, u32) {
        let (mut best, mut place) = (f32::NEG_INFINITY, u32::MAX);
        for row in self.rows.places(y) {
            for column in self.columns.places(column) {
                let from = row * self.columns.span.input + column;
                if x[from] > best || place == u32::MAX || x[from].is_nan() {
                    (best, place) = (x[from], from as u32);
                }
            }
        }
        (best, place)
    }

    /// The same of four neighboring windows whose columns all lie within the data. Branches would be guessed wrong
    /// half of the time.
    fn four_largest(&self, x: &[f32], y: usize, column: usize) -> ([f32; 4], [u32; 4]) {
        let Span {
            input,
            stride,
            pad_begin,
            ..
        } = self.columns.span;
        let left = column * stride - pad_begin;
        let mut best = F32x4::splat(f32::NEG_INFINITY);
        // Places as seen from the first column of each window. Vectors only carry their bits.
        let mut places = F32x4::splat(f32::from_bits(u32::MAX));
        for (i, row) in self.rows.places(y).enumerate() {
            for k in 0..self.columns.span.kernel {
                let at = row * input + k * self.columns.span.dilation;
                let numbers = &x[at + left..][..3 * stride + 1];
                let numbers = F32x4::load(&std::array::from_fn(|i| numbers[i * stride]));
                let better = numbers.above(best);
                let place = F32x4::splat(f32::from_bits(at as u32));
                (best, places) = match (i, k) {
                    (0, 0) => (numbers, place),
                    _ => (better.choose(numbers, best), better.choose(place, places)),
                };
            }
        }
        let (mut numbers, mut found) = ([0.0; 4], [0.0; 4]);
        best.store(&mut numbers);
        places.store(&mut found);
        let found = std::array::from_fn(|i| match found[i].to_bits() {
            u32::MAX => u32::MAX,
            place => place + (left + i * stride) as u32,
        });
        (numbers, found)
    }
}

impl Differentiable for MaxPool {
    fn forward(&mut self, inputs: &[&[f32]], outputs: &mut [&mut [f32]], _scratch: &mut [f32]) {
        let (height, width) = (self.rows.span.output, self.columns.span.output);
        let plane_in = self.rows.span.input * self.columns.span.input;
        let whole = self.columns.whole();
        let mut chosen = std::mem::take(&mut self.chosen);
        let rows = outputs[0].chunks_exact_mut(width.max(1));
        for (i, (out, chosen)) in rows.zip(chosen.chunks_exact_mut(width.max(1))).enumerate() {
            let (plane, y) = (i / height, i % height);
            let x = &inputs[0][plane * plane_in..][..plane_in];
            let mut column = 0;
            while column < width {
                // The last four may have been looked at in part before.
                let first = column.min(whole.end.saturating_sub(4));
                if whole.contains(&column) && first >= whole.start && whole.len() >= 4 {
                    let (best, places) = self.four_largest(x, y, first);
                    out[first..first + 4].copy_from_slice(&best);
                    chosen[first..first + 4].copy_from_slice(&places);
                    column = first + 4;
                } else {
                    (out[column], chosen[column]) = self.largest(x, y, column);
                    column += 1;
                }
            }
        }
        self.chosen = chosen;
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
    /// For `planes` planes (batch × channels), each pooled through the same windows.
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{numbers, span};

    #[test]
    fn the_largest_of_each_window_and_where_it_is() {
        for (input, kernel, stride, dilation, pad) in [
            (14, 2, 2, 1, 0),
            (7, 2, 2, 1, 0),
            (9, 3, 2, 1, 1),
            (12, 3, 1, 1, 1),
            (13, 3, 3, 2, 2),
            (5, 2, 1, 1, 1),
            (3, 3, 1, 1, 0),
        ] {
            let span = span(input, kernel, stride, dilation, pad);
            let output = span.output;
            let (planes, plane) = (3, input * input);
            let mut x = numbers(planes * plane, 1);
            x[..plane].fill(f32::NEG_INFINITY);
            x[plane..2 * plane].fill(0.5);
            x[2 * plane + 2] = f32::NAN;
            let mut pool = MaxPool::new(planes, span, span);
            let mut out = vec![0.0; planes * output * output];
            pool.forward(&[&x], &mut [&mut out], &mut []);
            for (at, (&got, &chosen)) in out.iter().zip(&pool.chosen).enumerate() {
                let (plane, y) = (at / output / output, at / output % output);
                let windows = Windows::new(span);
                let mut want: Option<(f32, usize)> = None;
                for row in windows.places(y) {
                    for column in windows.places(at % output) {
                        let place = row * input + column;
                        let number = x[plane * input * input + place];
                        let replaces = |(best, _)| number > best || number.is_nan();
                        if want.is_none_or(replaces) {
                            want = Some((number, place));
                        }
                    }
                }
                let (number, place) = want.unwrap();
                assert_eq!(got.to_bits(), number.to_bits(), "{input} {kernel} {stride}");
                assert_eq!(chosen as usize, place, "{input} {kernel} {stride}");
            }
        }
    }
}
