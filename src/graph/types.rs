//! What is known of a tensor before it is computed: its element type and its dimensions, of which some are symbols.

use crate::message::{Argument, MessageValue};
use crate::tensor::{DType, Tensor};
use std::fmt;
use std::sync::Arc;

/// One dimension of a tensor.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Dim {
    Known(usize),
    /// A size that is only known when the model runs, by its name (the batch, mostly).
    Symbol(Arc<str>),
}

impl Dim {
    /// A size that only the run tells, by its name.
    pub fn symbol(name: &str) -> Self {
        Dim::Symbol(name.into())
    }

    /// The size as a number, `None` for a symbol.
    /// A size that nothing tells yet. Shape inference over a graph names it after its value and axis.
    pub fn unnamed() -> Self {
        Dim::symbol("")
    }

    /// The size as a number, `None` for a symbol.
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

impl Dim {
    /// The same with another number in front of its symbols: `3*batch` of `4*batch`.
    pub fn resized(&self, number: usize) -> Dim {
        match Product::of(std::slice::from_ref(self)) {
            Some(product) => Product { number, ..product }.dim(),
            None => self.clone(),
        }
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
    /// The type of a tensor: its elements and its sizes, outermost axis first.
    pub fn new(dtype: DType, shape: Vec<Dim>) -> Self {
        TensorType { dtype, shape }
    }

    /// The type of a tensor that is there.
    pub fn of(tensor: &Tensor) -> Self {
        let shape = tensor.shape().iter().map(|&d| d.into()).collect();
        TensorType::new(tensor.dtype(), shape)
    }

    /// How many axes the tensor has.
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

    /// Its symbols, in order, each as often as it is a factor.
    pub fn symbols(&self) -> &[String] {
        &self.symbols
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

    /// The product as one size: a number, or a symbol such as `4*height`.
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
