//! Matrices of a fixed pattern: ones at given places, or one triangle of a matrix.

use super::attributes::Attributes;
use super::coupling::Rule;
use super::{Known, Operator, axes, doubles, known, places};
use crate::graph::Node;
use crate::message::Message;
use crate::tensor::{DType, Tensor};

/// `OneHot`: for each index a vector that holds one number at that place and another elsewhere.
#[derive(Debug, Clone, PartialEq)]
pub struct OneHot {
    /// The new axis among the output's; may be negative: counted from the end.
    pub axis: i64,
}

impl OneHot {
    pub fn parse(node: &Node, _opset: i64) -> Result<Self, Message> {
        Ok(OneHot {
            axis: Attributes(node).int("axis", -1)?,
        })
    }
}

impl Operator for OneHot {
    fn infer(&self, inputs: &[Option<Known>]) -> Result<Vec<Known>, Message> {
        let (indices, values) = (known::needed(inputs, 0)?, known::needed(inputs, 2)?);
        let along = axes::axis(self.axis, indices.rank() + 1)?;
        let depth = known::needed(inputs, 1)?;
        let number = depth
            .constant
            .as_deref()
            .map(doubles::numbers)
            .transpose()?;
        let Some(&depth) = number.as_deref().and_then(<[f64]>::first) else {
            return Ok(Vec::new());
        };
        if !(0.0..=known::MAX_ELEMENTS as f64).contains(&depth) {
            return Err(doubles::inconsistent());
        }
        let mut shape = indices.shape().to_vec();
        shape.insert(along, (depth as usize).into());
        Ok(vec![Known::new(values.dtype(), shape)])
    }

    fn evaluate(&self, inputs: &[Option<&Tensor>]) -> Result<Vec<Tensor>, Message> {
        let shape = known::output_shapes(self, inputs)?.swap_remove(0);
        let indices = doubles::needed(inputs, 0)?;
        let (outer, depth, inner) = places::around(&shape, axes::axis(self.axis, shape.len())?);
        let mut sources = vec![0; outer * depth * inner];
        for (at, &index) in indices.iter().enumerate() {
            let index = if index < 0.0 {
                index + depth as f64
            } else {
                index
            };
            if (0.0..depth as f64).contains(&index) {
                let place = (at / inner * depth + index as usize) * inner + at % inner;
                sources[place] = 1;
            }
        }
        let values = known::tensor(inputs, 2)?;
        Ok(vec![doubles::moved(values, &shape, &sources)?])
    }

    fn couple(&self, rule: &mut Rule<'_>) {
        rule.freeze_across();
    }
}

/// `EyeLike`: ones on a diagonal of a matrix, zeros elsewhere.
#[derive(Debug, Clone, PartialEq)]
pub struct EyeLike {
    /// The input's where left out.
    pub dtype: Option<DType>,
    /// How far the diagonal is above the main one.
    pub diagonal: i64,
}

impl EyeLike {
    pub fn parse(node: &Node, _opset: i64) -> Result<Self, Message> {
        let attributes = Attributes(node);
        let dtype = attributes.optional_int("dtype")?;
        Ok(EyeLike {
            dtype: dtype.map(|number| DType::from_onnx(number as i32)),
            diagonal: attributes.int("k", 0)?,
        })
    }
}

impl Operator for EyeLike {
    fn infer(&self, inputs: &[Option<Known>]) -> Result<Vec<Known>, Message> {
        let x = known::needed(inputs, 0)?;
        match x.rank() {
            2 => Ok(vec![Known::new(
                self.dtype.unwrap_or(x.dtype()),
                x.shape().to_vec(),
            )]),
            _ => Err(doubles::inconsistent()),
        }
    }

    fn evaluate(&self, inputs: &[Option<&Tensor>]) -> Result<Vec<Tensor>, Message> {
        let x = known::tensor(inputs, 0)?;
        known::output_shapes(self, inputs)?;
        let mut numbers = Vec::with_capacity(x.len());
        places::each(x.shape(), |at| {
            let on = at[1] as i64 - at[0] as i64 == self.diagonal;
            numbers.push(f64::from(u8::from(on)));
        });
        let dtype = self.dtype.unwrap_or(x.dtype());
        Ok(vec![doubles::tensor(dtype, x.shape(), numbers)?])
    }

    fn couple(&self, rule: &mut Rule<'_>) {
        rule.freeze_across();
    }
}

/// `Trilu`: the upper or lower triangle of each matrix, zeros elsewhere.
#[derive(Debug, Clone, PartialEq)]
pub struct Trilu {
    pub upper: bool,
}

impl Trilu {
    pub fn parse(node: &Node, _opset: i64) -> Result<Self, Message> {
        Ok(Trilu {
            upper: Attributes(node).flag("upper", true)?,
        })
    }
}

impl Operator for Trilu {
    fn infer(&self, inputs: &[Option<Known>]) -> Result<Vec<Known>, Message> {
        match known::needed(inputs, 0)?.rank() {
            0 | 1 => Err(doubles::inconsistent()),
            _ => doubles::like_first(inputs),
        }
    }

    fn evaluate(&self, inputs: &[Option<&Tensor>]) -> Result<Vec<Tensor>, Message> {
        let x = known::tensor(inputs, 0)?;
        known::output_shapes(self, inputs)?;
        let diagonal = doubles::single(inputs, 1)?.unwrap_or(0);
        let zero = doubles::tensor(x.dtype(), &[1], vec![0.0])?;
        let mut sources = Vec::with_capacity(x.len());
        places::each(x.shape(), |at| {
            let [.., row, column] = at else { return };
            let above = (*column as i64 - *row as i64).saturating_sub(diagonal);
            let stays = if self.upper { above >= 0 } else { above <= 0 };
            sources.push(if stays { sources.len() } else { x.len() });
        });
        let both = Tensor::joined(&[x, &zero]).ok_or_else(|| doubles::unfit(x.dtype()))?;
        Ok(vec![doubles::moved(&both, x.shape(), &sources)?])
    }

    fn couple(&self, rule: &mut Rule<'_>) {
        let why = rule.across();
        let rank = rule.node.input(0).map_or(0, |data| rule.rank(data));
        rule.same_but(&why, |axis| axis + 2 >= rank);
    }
}
