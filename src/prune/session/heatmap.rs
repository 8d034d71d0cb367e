//! A window of a layer's weights as cells for drawing, with the share of each that the current cut keeps.

use super::Session;
use crate::error::Result;

/// What is wanted: a window of the weight matrix (output channels × everything else) in so many cells at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    pub x: usize,
    pub y: usize,
    pub width: usize,
    pub height: usize,
    pub rows: usize,
    pub cols: usize,
}

/// Cells, row by row.
#[derive(Debug, Clone, PartialEq)]
pub struct Heatmap {
    pub matrix_rows: usize,
    pub matrix_cols: usize,
    /// The window really shown, in weights: whole cells, the last of which may reach past the matrix's border.
    pub x: usize,
    pub y: usize,
    pub width: usize,
    pub height: usize,
    pub rows: usize,
    pub cols: usize,
    /// In a cell that does not reach past the border.
    pub weights_per_cell: usize,
    /// The mean of each cell's weights.
    pub values: Vec<f32>,
    /// The largest magnitude in each cell.
    pub magnitudes: Vec<f32>,
    /// The share of each cell's weights that stay, 0 to 1.
    pub kept: Vec<f32>,
    /// The largest magnitude of the whole layer.
    pub largest: f32,
}

/// More cells than any screen has.
const MOST_CELLS: usize = 4096;

impl Session {
    /// A picture of a layer's weights, a row for each output channel: each cell is the mean over the weights in it, and the share of
    /// them that stays. Errors: no such layer.
    pub fn heatmap(&self, layer: usize, window: Window) -> Result<Heatmap> {
        let layer = self.layer(layer)?;
        let kept = self.kept_weights(layer.tensor);
        let matrix_rows = layer.channels();
        let inner: usize = layer.shape[layer.axis + 1..].iter().product();
        let matrix_cols = layer.weights.len() / matrix_rows.max(1);
        let across = Span::new(window.x, window.width, window.cols, matrix_cols);
        let down = Span::new(window.y, window.height, window.rows, matrix_rows);
        let cells = across.cells * down.cells;
        let (mut values, mut magnitudes, mut shares) = (
            Vec::with_capacity(cells),
            Vec::with_capacity(cells),
            Vec::with_capacity(cells),
        );
        for row in 0..down.cells {
            for column in 0..across.cells {
                let (mut sum, mut most, mut stay, mut count) = (0f64, 0f32, 0u32, 0u32);
                for y in down.cell(row) {
                    for x in across.cell(column) {
                        let at = (x / inner * matrix_rows + y) * inner + x % inner;
                        let w = layer.weights[at];
                        sum += f64::from(w);
                        most = most.max(w.abs());
                        stay += u32::from(kept.keeps(at));
                        count += 1;
                    }
                }
                values.push((sum / f64::from(count.max(1))) as f32);
                magnitudes.push(most);
                shares.push(stay as f32 / count.max(1) as f32);
            }
        }
        Ok(Heatmap {
            matrix_rows,
            matrix_cols,
            x: across.start,
            y: down.start,
            width: across.cells * across.step,
            height: down.cells * down.step,
            rows: down.cells,
            cols: across.cells,
            weights_per_cell: across.step * down.step,
            values,
            magnitudes,
            kept: shares,
            largest: layer.weights.iter().fold(0f32, |max, w| max.max(w.abs())),
        })
    }
}

/// One side of the window, in cells.
struct Span {
    start: usize,
    end: usize,
    /// Weights a cell.
    step: usize,
    cells: usize,
}

impl Span {
    fn new(start: usize, length: usize, cells: usize, whole: usize) -> Span {
        let start = start.min(whole.saturating_sub(1));
        let end = start.saturating_add(length.max(1)).min(whole);
        let step = (end - start).div_ceil(cells.clamp(1, MOST_CELLS)).max(1);
        // Cells start at multiples of their size, so that they stay where they are while the window moves.
        let start = start / step * step;
        Span {
            start,
            end,
            step,
            cells: (end - start).div_ceil(step),
        }
    }

    /// The weights of one cell.
    fn cell(&self, index: usize) -> std::ops::Range<usize> {
        let start = self.start + index * self.step;
        start..(start + self.step).min(self.end)
    }
}

#[cfg(test)]
mod tests {
    use super::Span;

    #[test]
    fn cells_cover_the_window_once() {
        for (start, length, cells, whole) in [
            (0, 10, 10, 10),
            (3, 50, 7, 40),
            (39, 1, 5, 40),
            (0, 9, 4, 9),
        ] {
            let span = Span::new(start, length, cells, whole);
            let covered: Vec<usize> = (0..span.cells).flat_map(|cell| span.cell(cell)).collect();
            assert_eq!(covered, (span.start..span.end).collect::<Vec<_>>());
            assert!(span.start <= start && span.cells <= cells + 1);
        }
    }
}
