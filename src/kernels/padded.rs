//! Planes with their border written out, and columns dealt into as many runs as the stride is long,
//! so that the inputs of neighbouring outputs are neighbours in memory.

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

    /// Writes one padded row; nothing but `border` where there is no `source`.
    pub fn fill(&self, source: Option<&[f32]>, border: f32, row: &mut [f32]) {
        let Span {
            input,
            stride,
            pad_begin,
            ..
        } = self.span;
        let Some(source) = source else {
            row[..self.row()].fill(border);
            return;
        };
        for phase in 0..stride {
            let run = &mut row[phase * self.run..][..self.run];
            // The first place in this run that holds data, and its column in the source.
            let skipped = pad_begin
                .saturating_sub(phase)
                .div_ceil(stride)
                .min(self.run);
            let first = skipped * stride + phase - pad_begin.min(skipped * stride + phase);
            let count = input.saturating_sub(first).div_ceil(stride);
            let end = (skipped + count).min(self.run);
            run[..skipped].fill(border);
            run[end..].fill(border);
            let source = &source[first.min(input)..];
            match stride {
                1 => run[skipped..end].copy_from_slice(&source[..end - skipped]),
                _ => {
                    for (to, from) in run[skipped..end]
                        .iter_mut()
                        .zip(source.iter().step_by(stride))
                    {
                        *to = *from;
                    }
                }
            }
        }
    }
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
    let width = layout.span.input;
    for (i, out) in out.chunks_exact_mut(layout.row()).take(rows).enumerate() {
        let source = (first + i)
            .checked_sub(vertical.pad_begin)
            .filter(|&y| y < vertical.input)
            .map(|y| &plane[y * width..][..width]);
        layout.fill(source, border, out);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
        ] {
            let output = (input + 2 * pad - (kernel - 1) * dilation - 1) / stride + 1;
            let span = Span {
                input,
                kernel,
                stride,
                dilation,
                pad_begin: pad,
                pad_end: pad,
                output,
            };
            let layout = Layout::new(span);
            let source: Vec<f32> = (1..=input).map(|x| x as f32).collect();
            let mut row = vec![f32::NAN; layout.row()];
            layout.fill(Some(&source), 0.0, &mut row);
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
