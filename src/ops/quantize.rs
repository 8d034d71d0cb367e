//! Between floats and few-bit whole numbers.

use super::attributes::Attributes;
use super::coupling::Rule;
use super::{Known, Operator, axes, doubles, known, places};
use crate::graph::Node;
use crate::message::Message;
use crate::tensor::{DType, Tensor};

/// `QuantizeLinear` or `DequantizeLinear`, with a scale for all, for each index of an axis, or for each block along it.
#[derive(Debug, Clone, PartialEq)]
pub struct Quantize {
    pub back: bool,
    /// May be negative: counted from the end.
    pub axis: i64,
    /// The output's type where no zero point says it.
    pub dtype: Option<DType>,
}

/// `DynamicQuantizeLinear`: to 8 bits, by the smallest and the largest element.
#[derive(Debug, Clone, PartialEq)]
pub struct DynamicQuantize;

/// The smallest and the largest number of a type of whole numbers.
pub fn range(dtype: DType) -> Result<(f64, f64), Message> {
    Ok(match dtype {
        DType::U8 => (0.0, 255.0),
        DType::I8 => (-128.0, 127.0),
        DType::U16 => (0.0, 65535.0),
        DType::I16 => (-32768.0, 32767.0),
        DType::I32 => (i32::MIN.into(), i32::MAX.into()),
        other => return Err(doubles::unfit(other)),
    })
}

/// The nearest whole number within a range; of two that are as near, the even one.
pub fn quantized(x: f64, zero: f64, (low, high): (f64, f64)) -> f64 {
    (x.round_ties_even() + zero).clamp(low, high)
}

/// For each element the place of its scale. A scale for all, for each index of the axis, or for each block along it.
fn scale_places(x: &[usize], scale: &[usize], axis: i64) -> Result<Vec<usize>, Message> {
    let count: usize = x.iter().product();
    if scale.iter().product::<usize>() == 1 {
        return Ok(vec![0; count]);
    }
    let along = axes::axis(axis, x.len())?;
    if scale.len() == 1 && scale[0] == x[along] {
        let mut steps = vec![0; x.len()];
        steps[along] = 1;
        return Ok(places::walk(x, &steps));
    }
    let fits = scale.len() == x.len()
        && (0..x.len()).all(|at| at == along || scale[at] == x[at])
        && scale[along] > 0;
    if !fits {
        return Err(doubles::inconsistent());
    }
    let block = x[along].div_ceil(scale[along]).max(1);
    let steps = places::strides(scale);
    let mut found = Vec::with_capacity(count);
    places::each(x, |index| {
        let at = |axis: usize| {
            if axis == along {
                index[axis] / block
            } else {
                index[axis]
            }
        };
        found.push((0..x.len()).map(|axis| at(axis) * steps[axis]).sum());
    });
    Ok(found)
}

impl Quantize {
    pub fn parse(node: &Node, _opset: i64) -> Result<Self, Message> {
        let attributes = Attributes(node);
        let dtype = attributes
            .optional_int("output_dtype")?
            .filter(|&number| number != 0);
        Ok(Quantize {
            back: node.op_type == "DequantizeLinear",
            axis: attributes.int("axis", 1)?,
            dtype: dtype.map(|number| DType::from_onnx(number as i32)),
        })
    }
}

impl Operator for Quantize {
    fn infer(&self, inputs: &[Option<Known>]) -> Result<Vec<Known>, Message> {
        let (x, scale) = (known::needed(inputs, 0)?, known::needed(inputs, 1)?);
        let zero = known::given(inputs, 2).map(Known::dtype);
        let dtype = match self.back {
            true => scale.dtype(),
            false => zero.or(self.dtype).unwrap_or(DType::U8),
        };
        Ok(vec![Known::new(dtype, x.shape().to_vec())])
    }

    fn evaluate(&self, inputs: &[Option<&Tensor>]) -> Result<Vec<Tensor>, Message> {
        let x = known::tensor(inputs, 0)?;
        let scale = known::tensor(inputs, 1)?;
        let zero = doubles::given(inputs, 2);
        let mut numbers = doubles::numbers(x)?;
        let scales = doubles::numbers(scale)?;
        let zeros = zero.map(doubles::numbers).transpose()?;
        let at = scale_places(x.shape(), scale.shape(), self.axis)?;
        if zeros
            .as_ref()
            .is_some_and(|zeros| zeros.len() != scales.len())
        {
            return Err(doubles::inconsistent());
        }
        let zero_of = |at: usize| zeros.as_ref().map_or(0.0, |zeros| zeros[at]);
        let dtype = match self.back {
            true => scale.dtype(),
            false => zero.map(Tensor::dtype).or(self.dtype).unwrap_or(DType::U8),
        };
        if self.back {
            for (x, &at) in numbers.iter_mut().zip(&at) {
                *x = (*x - zero_of(at)) * scales[at];
            }
        } else {
            let range = range(dtype)?;
            for (x, &at) in numbers.iter_mut().zip(&at) {
                // The quotient is one of single-precision numbers, which decides where it is rounded to.
                *x = quantized(f64::from((*x / scales[at]) as f32), zero_of(at), range);
            }
        }
        Ok(vec![doubles::tensor(dtype, x.shape(), numbers)?])
    }

    fn couple(&self, rule: &mut Rule<'_>) {
        rule.freeze_across();
    }
}

impl DynamicQuantize {
    pub fn parse(_node: &Node, _opset: i64) -> Result<Self, Message> {
        Ok(DynamicQuantize)
    }
}

impl Operator for DynamicQuantize {
    fn infer(&self, inputs: &[Option<Known>]) -> Result<Vec<Known>, Message> {
        let x = known::needed(inputs, 0)?;
        Ok(vec![
            Known::new(DType::U8, x.shape().to_vec()),
            Known::new(DType::F32, Vec::new()),
            Known::new(DType::U8, Vec::new()),
        ])
    }

    fn evaluate(&self, inputs: &[Option<&Tensor>]) -> Result<Vec<Tensor>, Message> {
        let x = known::tensor(inputs, 0)?;
        let mut numbers = doubles::numbers(x)?;
        // The range holds zero, so that zero is exact.
        let low = numbers.iter().copied().fold(0.0, f64::min);
        let high = numbers.iter().copied().fold(0.0, f64::max);
        let scale = f64::from(((high - low) / 255.0) as f32);
        let divisor = if scale == 0.0 { 1.0 } else { scale };
        let zero = quantized(f64::from((-low / divisor) as f32), 0.0, (0.0, 255.0));
        for x in &mut numbers {
            *x = quantized(f64::from((*x / divisor) as f32), zero, (0.0, 255.0));
        }
        Ok(vec![
            doubles::tensor(DType::U8, x.shape(), numbers)?,
            doubles::tensor(DType::F32, &[], vec![scale])?,
            doubles::tensor(DType::U8, &[], vec![zero])?,
        ])
    }

    fn couple(&self, rule: &mut Rule<'_>) {
        rule.freeze_across();
    }
}
