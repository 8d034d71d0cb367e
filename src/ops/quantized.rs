//! Products of few-bit whole numbers: the float operators, around which zero points are taken off and results are scaled.

use super::conv::Conv;
use super::coupling::Rule;
use super::matmul::MatMul;
use super::quantize::{quantized, range};
use super::{Known, Operator, doubles, known};
use crate::graph::Node;
use crate::message::Message;
use crate::tensor::{DType, Tensor};

/// `MatMulInteger`, `QLinearMatMul`, `ConvInteger`, or `QLinearConv`.
#[derive(Debug)]
pub struct QuantizedProduct {
    product: Box<dyn Operator>,
    /// Whether the filters, and so the scales of several of them, stand on axis 0 of the right factor.
    filters: bool,
    /// Where factors, scales and zero points are among the inputs.
    places: Places,
}

#[derive(Debug)]
struct Places {
    factors: [usize; 2],
    zeros: [usize; 2],
    /// Scales of both factors and of the output, and the output's zero point; none where sums stay as they are.
    scales: Option<([usize; 3], usize)>,
    bias: Option<usize>,
}

impl QuantizedProduct {
    pub fn parse(node: &Node, opset: i64) -> Result<Self, Message> {
        let filters = node.op_type.contains("Conv");
        let product: Box<dyn Operator> = match filters {
            true => Box::new(Conv::parse(node, opset)?),
            false => Box::new(MatMul::parse(node, opset)?),
        };
        let places = match node.op_type.starts_with("QLinear") {
            true => Places {
                factors: [0, 3],
                zeros: [2, 5],
                scales: Some(([1, 4, 6], 7)),
                bias: filters.then_some(8),
            },
            false => Places {
                factors: [0, 1],
                zeros: [2, 3],
                scales: None,
                bias: None,
            },
        };
        Ok(QuantizedProduct {
            product,
            filters,
            places,
        })
    }

    /// A factor less its zero point, in double precision.
    fn centered(&self, inputs: &[Option<&Tensor>], side: usize) -> Result<Tensor, Message> {
        let x = known::tensor(inputs, self.places.factors[side])?;
        let mut numbers = doubles::numbers(x)?;
        if let Some(zero) = doubles::given(inputs, self.places.zeros[side]) {
            let zeros = doubles::numbers(zero)?;
            let steps = self.step_of(x.shape(), zeros.len(), side)?;
            for (at, x) in numbers.iter_mut().enumerate() {
                *x -= zeros[at / steps % zeros.len()];
            }
        }
        doubles::tensor(DType::F64, x.shape(), numbers)
    }

    /// How many elements of a factor in a row have the same scale and zero point, of which there are so many.
    fn step_of(&self, shape: &[usize], count: usize, side: usize) -> Result<usize, Message> {
        let product = |part: &[usize]| part.iter().product::<usize>().max(1);
        let step = match (count, side, self.filters) {
            (1, _, _) => Some(product(shape)),
            (_, 1, true) if shape.first() == Some(&count) => Some(product(&shape[1..])),
            (_, 1, false) if shape.last() == Some(&count) => Some(1),
            (_, 0, false) if shape.iter().rev().nth(1) == Some(&count) => shape.last().copied(),
            _ => None,
        };
        step.filter(|_| count > 0).ok_or_else(doubles::inconsistent)
    }
}

impl Operator for QuantizedProduct {
    fn infer(&self, inputs: &[Option<Known>]) -> Result<Vec<Known>, Message> {
        let factors = self
            .places
            .factors
            .map(|i| known::given(inputs, i).cloned());
        let mut outputs = self.product.infer(&factors)?;
        let dtype = match self.places.scales {
            Some((_, zero)) => known::needed(inputs, zero)?.dtype(),
            None => DType::I32,
        };
        for output in &mut outputs {
            output.ty.dtype = dtype;
        }
        Ok(outputs)
    }

    fn evaluate(&self, inputs: &[Option<&Tensor>]) -> Result<Vec<Tensor>, Message> {
        let shape = known::output_shapes(self, inputs)?.swap_remove(0);
        let (left, right) = (self.centered(inputs, 0)?, self.centered(inputs, 1)?);
        let sums = self
            .product
            .evaluate(&[Some(&left), Some(&right)])?
            .swap_remove(0);
        let mut sums = doubles::numbers(&sums)?;
        let Some((scales, zero)) = self.places.scales else {
            return Ok(vec![doubles::tensor(DType::I32, &shape, sums)?]);
        };
        // Along which axis of the output a factor's own scales lie, and how far apart.
        let plane = if self.filters {
            shape[2..].iter().product()
        } else {
            1
        };
        if let Some(bias) = self
            .places
            .bias
            .map(|i| doubles::optional(inputs, i))
            .transpose()?
            .flatten()
        {
            for (at, sum) in sums.iter_mut().enumerate() {
                *sum += bias.get(at / plane % shape[1]).copied().unwrap_or(0.0);
            }
        }
        let [a, b, y] = [
            doubles::needed(inputs, scales[0])?,
            doubles::needed(inputs, scales[1])?,
            doubles::needed(inputs, scales[2])?,
        ];
        let zero = known::tensor(inputs, zero)?;
        let range = range(zero.dtype())?;
        let offsets = doubles::numbers(zero)?;
        let rows = shape.last().copied().unwrap_or(1).max(1);
        let column = |at: usize| {
            if self.filters {
                at / plane % shape[1]
            } else {
                at % rows
            }
        };
        let pick = |list: &[f64], at: usize| list.get(at % list.len().max(1)).copied();
        for (at, sum) in sums.iter_mut().enumerate() {
            let along = if self.filters { column(at) } else { at / rows };
            let factor = pick(&a, along)
                .zip(pick(&b, column(at)))
                .zip(pick(&y, along));
            let ((a, b), y) = factor.ok_or_else(doubles::inconsistent)?;
            let offset = pick(&offsets, along).ok_or_else(doubles::inconsistent)?;
            *sum = quantized(f64::from((*sum * (a * b / y)) as f32), offset, range);
        }
        Ok(vec![doubles::tensor(zero.dtype(), &shape, sums)?])
    }

    fn macs(&self, inputs: &[Option<Vec<usize>>], output: &[usize]) -> u64 {
        let factors = self
            .places
            .factors
            .map(|i| inputs.get(i).cloned().flatten());
        self.product.macs(&factors, output)
    }

    fn multiplies(&self) -> bool {
        true
    }

    fn slides(&self) -> bool {
        self.filters
    }

    fn couple(&self, rule: &mut Rule<'_>) {
        rule.freeze_across();
    }
}
