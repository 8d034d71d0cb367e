//! What else is made of numbers that compete along an axis.

use super::attributes::Attributes;
use super::coupling::Rule;
use super::{Known, Operator, axes, doubles, known, places};
use crate::graph::Node;
use crate::message::Message;
use crate::tensor::Tensor;

/// `LogSoftmax`, or `Hardmax`: 1 at the first of the largest, 0 elsewhere.
#[derive(Debug, Clone, PartialEq)]
pub struct LogSoftmax {
    pub hard: bool,
    /// May be negative: counted from the end.
    pub axis: i64,
    /// Before opset 13, all axes from `axis` on go together.
    pub flattened: bool,
}

impl LogSoftmax {
    pub fn parse(node: &Node, opset: i64) -> Result<Self, Message> {
        let flattened = opset < 13;
        Ok(LogSoftmax {
            hard: node.op_type == "Hardmax",
            axis: Attributes(node).int("axis", if flattened { 1 } else { -1 })?,
            flattened,
        })
    }
}

impl Operator for LogSoftmax {
    fn infer(&self, inputs: &[Option<Known>]) -> Result<Vec<Known>, Message> {
        let rank = known::needed(inputs, 0)?.rank();
        if !(self.flattened && self.axis == rank as i64) {
            axes::axis(self.axis, rank)?;
        }
        doubles::like_first(inputs)
    }

    fn evaluate(&self, inputs: &[Option<&Tensor>]) -> Result<Vec<Tensor>, Message> {
        known::output_shapes(self, inputs)?;
        let x = known::tensor(inputs, 0)?;
        let mut numbers = doubles::numbers(x)?;
        let (outer, length, inner) = match self.flattened {
            true => {
                let axis = axes::axis(self.axis, x.shape().len() + 1)?;
                let outer = x.shape()[..axis].iter().product();
                (outer, x.shape()[axis..].iter().product(), 1)
            }
            false => places::around(x.shape(), axes::axis(self.axis, x.shape().len())?),
        };
        for row in 0..outer {
            for column in 0..inner {
                let place = |i: usize| (row * length + i) * inner + column;
                let better = |best: usize, i: usize| numbers[place(i)] > numbers[place(best)];
                let best = (1..length).fold(0, |best, i| if better(best, i) { i } else { best });
                let most = numbers.get(place(best)).copied().unwrap_or(0.0);
                let sum: f64 = (0..length).map(|i| (numbers[place(i)] - most).exp()).sum();
                for i in 0..length {
                    let x = &mut numbers[place(i)];
                    *x = match self.hard {
                        true => f64::from(u8::from(i == best)),
                        false => *x - most - sum.ln(),
                    };
                }
            }
        }
        Ok(vec![doubles::tensor(x.dtype(), x.shape(), numbers)?])
    }

    fn couple(&self, rule: &mut Rule<'_>) {
        let why = rule.across();
        match self.flattened {
            true => rule.freeze_all(&why),
            false => rule.same_but_along(self.axis, &why),
        }
    }
}
