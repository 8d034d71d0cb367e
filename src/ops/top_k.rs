//! The largest or smallest numbers along an axis.

use super::attributes::Attributes;
use super::coupling::Rule;
use super::{Known, Operator, axes, doubles, known, places};
use crate::graph::{Dim, Node};
use crate::message::Message;
use crate::tensor::{DType, Tensor};

/// `TopK`: the numbers, and where they are.
#[derive(Debug, Clone, PartialEq)]
pub struct TopK {
    /// May be negative: counted from the end.
    pub axis: i64,
    pub largest: bool,
    /// How many, where an attribute says so (up to opset 9); else the second input does.
    pub count: Option<i64>,
}

impl TopK {
    pub fn parse(node: &Node, opset: i64) -> Result<Self, Message> {
        let attributes = Attributes(node);
        Ok(TopK {
            axis: attributes.int("axis", -1)?,
            largest: attributes.flag("largest", true)?,
            count: match opset < 10 {
                true => Some(attributes.required_int("k")?),
                false => None,
            },
        })
    }
}

impl Operator for TopK {
    fn infer(&self, inputs: &[Option<Known>]) -> Result<Vec<Known>, Message> {
        let x = known::needed(inputs, 0)?;
        let along = axes::axis(self.axis, x.rank())?;
        let Some(count) = self.count.or_else(|| doubles::known_single(inputs, 1)) else {
            return Ok(Vec::new());
        };
        let count = usize::try_from(count).map_err(|_| doubles::inconsistent())?;
        if x.shape()[along].known().is_some_and(|size| size < count) {
            return Err(doubles::inconsistent());
        }
        let mut shape = x.shape().to_vec();
        shape[along] = Dim::Known(count);
        Ok(vec![
            Known::new(x.dtype(), shape.clone()),
            Known::new(DType::I64, shape),
        ])
    }

    fn evaluate(&self, inputs: &[Option<&Tensor>]) -> Result<Vec<Tensor>, Message> {
        let shape = known::output_shapes(self, inputs)?.swap_remove(0);
        let x = known::tensor(inputs, 0)?;
        let numbers = doubles::numbers(x)?;
        let along = axes::axis(self.axis, x.shape().len())?;
        let (outer, length, inner) = places::around(x.shape(), along);
        let count = shape[along];
        let mut sources = vec![0; outer * count * inner];
        let mut found = vec![0; sources.len()];
        for row in 0..outer {
            for column in 0..inner {
                let place = |i: usize| (row * length + i) * inner + column;
                let mut order: Vec<usize> = (0..length).collect();
                // Of numbers that are alike, the first goes first.
                order.sort_by(|&a, &b| {
                    let (a, b) = (numbers[place(a)], numbers[place(b)]);
                    match self.largest {
                        true => b.total_cmp(&a),
                        false => a.total_cmp(&b),
                    }
                });
                for (rank, &i) in order.iter().take(count).enumerate() {
                    let to = (row * count + rank) * inner + column;
                    sources[to] = place(i);
                    found[to] = i as i64;
                }
            }
        }
        Ok(vec![
            doubles::moved(x, &shape, &sources)?,
            doubles::indices(&shape, found)?,
        ])
    }

    fn couple(&self, rule: &mut Rule<'_>) {
        let why = rule.across();
        rule.same_but_along(self.axis, &why);
    }
}
