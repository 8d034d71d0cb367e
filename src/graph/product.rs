//! Products of sizes of which some are symbols.

use super::Dim;

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
