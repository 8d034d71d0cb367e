//! What is known of a tensor before it is computed: its element type and its dimensions, of which some are symbols.

use crate::message::{Argument, MessageValue};
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

impl Argument for Dim {
    fn value(&self) -> MessageValue {
        match self {
            Dim::Known(length) => length.value(),
            Dim::Symbol(name) => name.value(),
        }
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

/// More factors than any size of a network has.
const MOST_SYMBOLS: usize = 32;

/// A product of sizes: a number times symbols. Its name as one symbol is `4*batch`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Product {
    number: usize,
    symbols: Vec<String>,
}

impl Product {
    /// `None` on overflow.
    pub fn of(dims: &[Dim]) -> Option<Self> {
        let mut product = Product {
            number: 1,
            symbols: Vec::new(),
        };
        for dim in dims {
            match dim {
                Dim::Known(n) => product.number = product.number.checked_mul(*n)?,
                Dim::Symbol(name) => {
                    for factor in name.split('*') {
                        match factor.parse::<usize>() {
                            Ok(n) => product.number = product.number.checked_mul(n)?,
                            Err(_) => product.symbols.push(factor.to_string()),
                        }
                    }
                }
            }
        }
        product.symbols.sort();
        (product.symbols.len() <= MOST_SYMBOLS).then_some(product)
    }

    /// The same with 1 in place of a symbol.
    pub fn without(mut self, symbol: &str) -> Self {
        self.symbols.retain(|each| each != symbol);
        self
    }

    /// What is left where every symbol stands for 1.
    pub fn number(&self) -> usize {
        self.number
    }

    /// This divided by another; `None` where that leaves a rest.
    pub fn divided_by(&self, by: &Product) -> Option<Product> {
        let mut symbols = self.symbols.clone();
        for symbol in &by.symbols {
            let at = symbols.iter().position(|s| s == symbol)?;
            symbols.remove(at);
        }
        let whole = by.number != 0 && self.number.is_multiple_of(by.number);
        whole.then(|| Product {
            number: self.number / by.number,
            symbols,
        })
    }

    pub fn dim(&self) -> Dim {
        let name = self.symbols.join("*");
        match (self.number, self.symbols.is_empty()) {
            (number, true) => Dim::Known(number),
            (1, false) => Dim::symbol(&name),
            (0, false) => Dim::Known(0),
            (number, false) => Dim::symbol(&format!("{number}*{name}")),
        }
    }
}
