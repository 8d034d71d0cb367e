//! What is known of a tensor before it is computed: its element type and its dimensions.

use super::Product;
use crate::tensor::{DType, Tensor};
use std::fmt;
use std::sync::Arc;

/// One dimension of a tensor.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Dim {
    Known(usize),
    /// A size that is only known when the model runs, by its name (the batch, mostly).
    Symbol(Arc<str>),
}

impl Dim {
    pub fn symbol(name: &str) -> Self {
        Dim::Symbol(name.into())
    }

    pub fn known(&self) -> Option<usize> {
        match self {
            Dim::Known(n) => Some(*n),
            Dim::Symbol(_) => None,
        }
    }

    /// The size where every symbol stands for 1, as the batch does when one sample is run: 64 of `64*batch`.
    pub fn of_one(&self) -> usize {
        let product = Product::of(std::slice::from_ref(self));
        product.map_or(usize::MAX, |product| product.number())
    }
}

impl From<usize> for Dim {
    fn from(size: usize) -> Self {
        Dim::Known(size)
    }
}

impl fmt::Display for Dim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Dim::Known(n) => write!(f, "{n}"),
            Dim::Symbol(s) => write!(f, "{s}"),
        }
    }
}

/// Element type and dimensions of a tensor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TensorType {
    pub dtype: DType,
    pub shape: Vec<Dim>,
}

impl TensorType {
    pub fn new(dtype: DType, shape: Vec<Dim>) -> Self {
        TensorType { dtype, shape }
    }

    /// The type of a tensor that is there.
    pub fn of(tensor: &Tensor) -> Self {
        let shape = tensor.shape().iter().map(|&d| d.into()).collect();
        TensorType::new(tensor.dtype(), shape)
    }

    pub fn rank(&self) -> usize {
        self.shape.len()
    }

    /// All dimensions as numbers; `None` while one is a symbol.
    pub fn known_shape(&self) -> Option<Vec<usize>> {
        self.shape.iter().map(Dim::known).collect()
    }
}
