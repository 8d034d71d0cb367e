//! Pooling: the largest number or the mean of each window, or of whole planes.

use super::Kernel;
use super::padded::{Layout, SLACK, Span, fill_rows};

/// What becomes of the numbers in a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pooling {
    Max,
    /// The mean of what lies within the data.
    Mean,
    /// The mean with the padding counted in.
    PaddedMean,
}

/// Pools planes.
pub struct Pool {
    planes: usize,
    rows: Span,
    columns: Span,
    layout: Layout,
    pooling: Pooling,
    /// By output row and column: the length of the part of the window that counts.
    counts: (Vec<f32>, Vec<f32>),
}

impl Pool {
    /// Pools `planes` planes (batch × channels), each through the same windows.
    pub fn new(planes: usize, rows: Span, columns: Span, pooling: Pooling) -> Self {
        let padded = pooling == Pooling::PaddedMean;
        Pool {
            planes,
            rows,
            columns,
            layout: Layout::new(columns),
            pooling,
            counts: (counts(&rows, padded), counts(&columns, padded)),
        }
    }

    fn padded_rows(&self) -> usize {
        (self.rows.output.max(1) - 1) * self.rows.stride + self.rows.reach() + 1
    }
}

/// How many positions of each window lie within the data, or within data and padding.
fn counts(span: &Span, padded: bool) -> Vec<f32> {
    let (from, to) = match padded {
        true => (0, span.pad_begin + span.input + span.pad_end),
        false => (span.pad_begin, span.pad_begin + span.input),
    };
    let inside = |i: usize| {
        let positions = (0..span.kernel).map(|k| i * span.stride + k * span.dilation);
        positions.filter(|x| (from..to).contains(x)).count() as f32
    };
    (0..span.output).map(inside).collect()
}

impl Kernel for Pool {
    fn scratch_len(&self) -> usize {
        self.padded_rows() * self.layout.row() + SLACK
    }

    fn run(&self, inputs: &[&[f32]], outputs: &mut [&mut [f32]], scratch: &mut [f32]) {
        let (rows, columns) = (self.rows, self.columns);
        let (plane_in, plane_out) = (rows.input * columns.input, rows.output * columns.output);
        let max = self.pooling == Pooling::Max;
        let border = if max { f32::NEG_INFINITY } else { 0.0 };
        for plane in 0..self.planes {
            let source = &inputs[0][plane * plane_in..][..plane_in];
            let out = &mut outputs[0][plane * plane_out..][..plane_out];
            fill_rows(
                &rows,
                &self.layout,
                source,
                0,
                self.padded_rows(),
                border,
                scratch,
            );
            for (y, out) in out.chunks_exact_mut(columns.output.max(1)).enumerate() {
                out.fill(border);
                for ky in 0..rows.kernel {
                    let row =
                        &scratch[(y * rows.stride + ky * rows.dilation) * self.layout.row()..];
                    for kx in 0..columns.kernel {
                        let numbers = row[self.layout.column(kx)..].iter();
                        match max {
                            true => out.iter_mut().zip(numbers).for_each(|(o, &x)| {
                                *o = if *o >= x { *o } else { x };
                            }),
                            false => out.iter_mut().zip(numbers).for_each(|(o, &x)| *o += x),
                        }
                    }
                }
                if !max {
                    let height = self.counts.0[y];
                    for (o, width) in out.iter_mut().zip(&self.counts.1) {
                        *o /= height * width;
                    }
                }
            }
        }
    }
}

/// The mean or the largest number of each row of a matrix: global pooling, and reduction over trailing axes.
pub struct PoolRows {
    pub length: usize,
    pub max: bool,
}

impl Kernel for PoolRows {
    fn run(&self, inputs: &[&[f32]], outputs: &mut [&mut [f32]], _scratch: &mut [f32]) {
        for (row, out) in inputs[0]
            .chunks_exact(self.length)
            .zip(outputs[0].iter_mut())
        {
            *out = match self.max {
                true => row
                    .iter()
                    .fold(f32::NEG_INFINITY, |m, &x| if m >= x { m } else { x }),
                false => sum(row) / self.length as f32,
            };
        }
    }
}

/// The sum of numbers, in eight lanes.
pub(super) fn sum(numbers: &[f32]) -> f32 {
    let (chunks, rest) = numbers.as_chunks::<8>();
    let mut lanes = [0f32; 8];
    for chunk in chunks {
        lanes.iter_mut().zip(chunk).for_each(|(lane, x)| *lane += x);
    }
    lanes.iter().sum::<f32>() + rest.iter().sum::<f32>()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{assert_close, numbers};

    #[test]
    fn windows_by_definition() {
        let spans = [
            (7, 3, 2, 1, 1, 1, 4),
            (6, 2, 2, 1, 0, 0, 3),
            (9, 3, 1, 2, 2, 1, 8),
            // The last window starts within the data but ends beyond the padding (ceil_mode).
            (6, 3, 2, 1, 0, 0, 3),
        ];
        for (input, kernel, stride, dilation, pad_begin, pad_end, output) in spans {
            let span = Span {
                input,
                kernel,
                stride,
                dilation,
                pad_begin,
                pad_end,
                output,
            };
            let data = numbers(2 * input * input, 1);
            for pooling in [Pooling::Max, Pooling::Mean, Pooling::PaddedMean] {
                let mut want = Vec::new();
                for plane in data.chunks(input * input) {
                    for y in 0..output {
                        for x in 0..output {
                            let mut inside = Vec::new();
                            let mut padded = 0;
                            for at in 0..kernel * kernel {
                                let y = y * stride + at / kernel * dilation;
                                let x = x * stride + at % kernel * dilation;
                                let limit = pad_begin + input + pad_end;
                                padded += usize::from(y < limit && x < limit);
                                let (Some(y), Some(x)) =
                                    (y.checked_sub(pad_begin), x.checked_sub(pad_begin))
                                else {
                                    continue;
                                };
                                if y < input && x < input {
                                    inside.push(plane[y * input + x]);
                                }
                            }
                            let sum: f32 = inside.iter().sum();
                            want.push(match pooling {
                                Pooling::Max => inside.iter().copied().fold(-9.0, f32::max),
                                Pooling::Mean => sum / inside.len() as f32,
                                Pooling::PaddedMean => sum / padded as f32,
                            });
                        }
                    }
                }
                let kernel = Pool::new(2, span, span, pooling);
                let mut out = vec![f32::NAN; want.len()];
                let mut scratch = vec![f32::NAN; kernel.scratch_len()];
                kernel.run(&[&data], &mut [&mut out], &mut scratch);
                assert_close(&out, &want);
            }
        }
    }

    #[test]
    fn rows() {
        let data: Vec<f32> = (0..38).map(|x| x as f32).collect();
        let mut out = [0.0; 2];
        let mut pool = |max| {
            PoolRows { length: 19, max }.run(&[&data], &mut [&mut out], &mut []);
            out
        };
        assert_eq!(pool(false), [9.0, 28.0]);
        assert_eq!(pool(true), [18.0, 37.0]);
    }
}
