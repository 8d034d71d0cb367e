//! The sizes of a convolution, which all of its kernels go by.

use super::Span;

/// Sizes of a convolution; `rows` and `columns` are its two spatial axes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shape {
    pub batch: usize,
    pub inputs: usize,
    pub outputs: usize,
    pub groups: usize,
    pub rows: Span,
    pub columns: Span,
}

impl Shape {
    /// Numbers in one image that comes in.
    pub fn input_len(&self) -> usize {
        self.inputs * self.rows.input * self.columns.input
    }

    /// Numbers in one image that goes out.
    pub fn output_len(&self) -> usize {
        self.outputs * self.rows.output * self.columns.output
    }

    /// Numbers in the weights of one output channel.
    pub fn depth(&self) -> usize {
        self.inputs / self.groups.max(1) * self.rows.kernel * self.columns.kernel
    }
}
