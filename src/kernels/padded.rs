//! Planes with their border written out, and columns dealt into as many runs as the stride is long,
//! so that the inputs of neighboring outputs are neighbors in memory.

use super::simd::F32x4;
use std::ops::Range;

/// A sliding window along one axis, everything decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    pub input: usize,
    pub kernel: usize,
    pub stride: usize,
    pub dilation: usize,
    pub pad_begin: usize,
    pub pad_end: usize,
    pub output: usize,
}

impl Span {
    /// The window that sees one element at a time.
    pub fn pointwise(length: usize) -> Self {
        Span {
            input: length,
            kernel: 1,
            stride: 1,
            dilation: 1,
            pad_begin: 0,
            pad_end: 0,
            output: length,
        }
    }

    /// Whether output `i` sees exactly input `i`.
    pub fn is_pointwise(&self) -> bool {
        *self == Span::pointwise(self.input)
    }

    /// The input position under kernel position `k` at output position `at`; `None` in the padding.
    pub fn reads(&self, at: usize, k: usize) -> Option<usize> {
        let place = (at * self.stride + k * self.dilation).checked_sub(self.pad_begin)?;
        (place < self.input).then_some(place)
    }

    /// How far the window reaches beyond its first element.
    pub fn reach(&self) -> usize {
        (self.kernel - 1) * self.dilation
    }
}

/// The layout of one padded row: `stride` runs, each `run` long. Padded column `x` is at
/// `(x % stride) · run + x / stride`.
#[derive(Debug, Clone, Copy)]
pub struct Layout {
    pub span: Span,
    pub run: usize,
}

/// What a tile may read beyond the end of the last row: less than two vectors.
pub const SLACK: usize = 8;

impl Layout {
    /// The layout of rows through which windows of this span slide.
    pub fn new(span: Span) -> Self {
        Layout {
            span,
            run: span.output + span.reach() / span.stride,
        }
    }

    /// The length of a padded row.
    pub fn row(&self) -> usize {
        self.run * self.span.stride
    }

    /// Where the inputs of output 0 under the kernel's `k`-th column start; those of output `i` are `i` further.
    pub fn column(&self, k: usize) -> usize {
        let x = k * self.span.dilation;
        (x % self.span.stride) * self.run + x / self.span.stride
    }

    /// The places in the run of a padded row that hold data, and the column in the source that the first of them has.
    fn data(&self, phase: usize) -> (Range<usize>, usize) {
        let Span {
            input,
            stride,
            pad_begin,
            ..
        } = self.span;
        let start = pad_begin
            .saturating_sub(phase)
            .div_ceil(stride)
            .min(self.run);
        let first = start * stride + phase - pad_begin.min(start * stride + phase);
        let count = input.saturating_sub(first).div_ceil(stride);
        (start..(start + count).min(self.run), first.min(input))
    }
}

/// Copies a row. Most are so short that calling WebAssembly's own instruction for it would take longer.
#[inline(always)]
pub fn copy_short(from: &[f32], to: &mut [f32]) {
    match from.len() {
        4..=256 => write_fours(to, |at| F32x4::load_slice(&from[at..])),
        _ => to.copy_from_slice(from),
    }
}

/// Copies numbers 0, 2, 4 … of a row.
#[inline(always)]
pub fn copy_every_second(from: &[f32], to: &mut [f32]) {
    let fours = (to.len() / 4).min(from.len() / 8);
    let eights = from.chunks_exact(8);
    for (to, from) in to.chunks_exact_mut(4).zip(eights) {
        let (low, high) = from.split_at(4);
        F32x4::load_slice(low)
            .evens(F32x4::load_slice(high))
            .store_slice(to);
    }
    let rest = from[8 * fours..].iter().step_by(2);
    to[4 * fours..]
        .iter_mut()
        .zip(rest)
        .for_each(|(to, from)| *to = *from);
}

/// As [`copy_short`], of one number.
#[inline(always)]
pub fn fill_short(to: &mut [f32], number: f32) {
    match to {
        [] => {}
        [a] => *a = number,
        [a, b] => (*a, *b) = (number, number),
        [a, b, c] => (*a, *b, *c) = (number, number, number),
        _ => write_fours(to, |_| F32x4::splat(number)),
    }
}

/// Writes four numbers or more: `four` gives those from a place on.
#[inline(always)]
fn write_fours(to: &mut [f32], four: impl Fn(usize) -> F32x4) {
    let (mut at, end) = (0, to.len());
    while at + 8 <= end {
        let to = &mut to[at..][..8];
        four(at).store_slice(to);
        four(at + 4).store_slice(&mut to[4..]);
        at += 8;
    }
    if at + 4 <= end {
        four(at).store_slice(&mut to[at..]);
    }
    // Some of the last four may have been written already.
    four(end - 4).store_slice(&mut to[end - 4..]);
}

/// Writes `rows` padded rows of one plane, from padded row `first` on.
pub fn fill_rows(
    vertical: &Span,
    layout: &Layout,
    plane: &[f32],
    first: usize,
    rows: usize,
    border: f32,
    out: &mut [f32],
) {
    let Span { input, stride, .. } = layout.span;
    for phase in 0..stride {
        let (data, column) = layout.data(phase);
        let out = out.chunks_exact_mut(layout.row()).take(rows);
        for (y, row) in (first..).zip(out) {
            let run = &mut row[phase * layout.run..][..layout.run];
            let y = y.checked_sub(vertical.pad_begin);
            let Some(y) = y.filter(|&y| y < vertical.input) else {
                fill_short(run, border);
                continue;
            };
            let source = &plane[y * input + column..(y + 1) * input];
            fill_short(&mut run[..data.start], border);
            fill_short(&mut run[data.end..], border);
            let run = &mut run[data.clone()];
            match stride {
                1 => copy_short(&source[..run.len()], run),
                2 => copy_every_second(source, run),
                _ => {
                    let numbers = source.iter().step_by(stride);
                    run.iter_mut()
                        .zip(numbers)
                        .for_each(|(to, from)| *to = *from);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::span;

    #[test]
    fn every_column_is_where_the_layout_says() {
        for (input, kernel, stride, dilation, pad) in [
            (7, 3, 1, 1, 1),
            (8, 3, 2, 1, 1),
            (9, 5, 2, 1, 2),
            (10, 3, 3, 2, 4),
            (5, 1, 2, 1, 0),
            (2, 3, 1, 3, 6),
            (4, 2, 4, 1, 5),
            (28, 3, 2, 1, 1),
            (19, 3, 2, 2, 0),
        ] {
            let span = span(input, kernel, stride, dilation, pad);
            let output = span.output;
            let layout = Layout::new(span);
            let source: Vec<f32> = (1..=input).map(|x| x as f32).collect();
            let mut row = vec![f32::NAN; layout.row()];
            let one = Span::pointwise(1);
            fill_rows(&one, &layout, &source, 0, 1, 0.0, &mut row);
            for k in 0..kernel {
                for i in 0..output {
                    let x = (i * stride + k * dilation).checked_sub(pad);
                    let want = x.and_then(|x| source.get(x)).copied().unwrap_or(0.0);
                    assert_eq!(row[layout.column(k) + i], want, "{span:?} {k} {i}");
                }
            }
        }
    }
}
