//! Determinants.

use super::coupling::Rule;
use super::{Known, Operator, doubles, known};
use crate::graph::Node;
use crate::message::Message;
use crate::tensor::Tensor;

/// `Det` of the matrices in the last two axes.
#[derive(Debug, Clone, PartialEq)]
pub struct Det;

impl Det {
    pub fn parse(_node: &Node, _opset: i64) -> Result<Self, Message> {
        Ok(Det)
    }
}

impl Operator for Det {
    fn infer(&self, inputs: &[Option<Known>]) -> Result<Vec<Known>, Message> {
        let x = known::needed(inputs, 0)?;
        match x.shape() {
            [batch @ .., rows, columns] if rows == columns => {
                Ok(vec![Known::new(x.dtype(), batch.to_vec())])
            }
            _ => Err(doubles::inconsistent()),
        }
    }

    fn evaluate(&self, inputs: &[Option<&Tensor>]) -> Result<Vec<Tensor>, Message> {
        let shape = known::output_shapes(self, inputs)?.swap_remove(0);
        let x = known::tensor(inputs, 0)?;
        let mut numbers = doubles::numbers(x)?;
        let n = x.shape().last().copied().unwrap_or(0);
        let matrices = numbers.chunks_mut((n * n).max(1));
        let found = matrices.map(|matrix| determinant(matrix, n)).collect();
        Ok(vec![doubles::tensor(x.dtype(), &shape, found)?])
    }

    fn slides(&self) -> bool {
        true
    }

    fn couple(&self, rule: &mut Rule<'_>) {
        rule.freeze_across();
    }
}

/// By Gaussian elimination with the largest pivots.
fn determinant(matrix: &mut [f64], n: usize) -> f64 {
    let mut product = 1.0;
    for column in 0..n {
        let size = |row: usize| matrix[row * n + column].abs();
        let pivot = (column..n).fold(
            column,
            |best, row| if size(row) > size(best) { row } else { best },
        );
        if matrix[pivot * n + column] == 0.0 {
            return 0.0;
        }
        if pivot != column {
            (0..n).for_each(|k| matrix.swap(pivot * n + k, column * n + k));
            product = -product;
        }
        product *= matrix[column * n + column];
        for row in column + 1..n {
            let factor = matrix[row * n + column] / matrix[column * n + column];
            (column..n).for_each(|k| matrix[row * n + k] -= factor * matrix[column * n + k]);
        }
    }
    product
}
