//! Single elements picked by index, or put at indices.

use super::attributes::Attributes;
use super::coupling::Rule;
use super::{Known, Operator, axes, doubles, known, places};
use crate::graph::{Dim, Node};
use crate::message::Message;
use crate::tensor::Tensor;

/// How an operator names places.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Indexing {
    /// One index along an axis for each element (`GatherElements`, `ScatterElements`); may be negative: counted from the end.
    Elements { axis: i64 },
    /// A list of indices along the first axes for each slice (`GatherND`, `ScatterND`), behind some axes that both have.
    Slices { shared: usize },
}

/// What becomes of an element that is there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reduction {
    Replace,
    Add,
    Multiply,
    Max,
    Min,
}

/// `GatherElements` or `GatherND`.
#[derive(Debug, Clone, PartialEq)]
pub struct GatherPicked {
    pub indexing: Indexing,
}

/// `Scatter`, `ScatterElements`, or `ScatterND`.
#[derive(Debug, Clone, PartialEq)]
pub struct ScatterPicked {
    pub indexing: Indexing,
    pub reduction: Reduction,
}

impl Indexing {
    fn parse(node: &Node) -> Result<Self, Message> {
        let attributes = Attributes(node);
        Ok(match node.op_type.ends_with("ND") {
            true => Indexing::Slices {
                shared: usize::try_from(attributes.int("batch_dims", 0)?)
                    .map_err(|_| doubles::inconsistent())?,
            },
            false => Indexing::Elements {
                axis: attributes.int("axis", 0)?,
            },
        })
    }

    /// The places in data of a shape that the indices name, in the order of the elements that are picked or put there.
    fn places(
        self,
        data: &[usize],
        shape: &[usize],
        indices: &[i64],
    ) -> Result<Vec<usize>, Message> {
        let steps = places::strides(data);
        let along = |axis: usize, index: i64| {
            axes::axis(index, data[axis])
                .map(|at| at * steps[axis])
                .map_err(|_| {
                    message!(
                        "reason-node-index-outside",
                        index = index,
                        size = data[axis]
                    )
                })
        };
        match self {
            Indexing::Elements { axis } => {
                let axis = axes::axis(axis, data.len())?;
                let fits = shape.len() == data.len()
                    && (0..data.len()).all(|at| at == axis || shape[at] <= data[at]);
                if !fits {
                    return Err(doubles::inconsistent());
                }
                let mut own = steps.clone();
                own[axis] = 0;
                let starts = places::walk(shape, &own);
                let both = starts.into_iter().zip(indices);
                both.map(|(start, &index)| Ok(start + along(axis, index)?))
                    .collect()
            }
            Indexing::Slices { shared } => {
                let depth = *shape.last().ok_or_else(doubles::inconsistent)?;
                let fits = shared < shape.len()
                    && shared + depth <= data.len()
                    && shape[..shared] == data[..shared];
                if !fits {
                    return Err(doubles::inconsistent());
                }
                let slice: usize = data[shared + depth..].iter().product();
                let tuples: usize = shape[..shape.len() - 1].iter().product();
                let batches: usize = data[..shared].iter().product();
                let batch: usize = data[shared..].iter().product();
                let mut found = Vec::with_capacity(tuples.saturating_mul(slice));
                for tuple in 0..tuples {
                    let mut start = tuple / (tuples / batches.max(1)).max(1) * batch;
                    for axis in 0..depth {
                        start += along(shared + axis, indices[tuple * depth + axis])?;
                    }
                    found.extend(start..start + slice);
                }
                Ok(found)
            }
        }
    }
}

impl GatherPicked {
    pub fn parse(node: &Node, _opset: i64) -> Result<Self, Message> {
        Ok(GatherPicked {
            indexing: Indexing::parse(node)?,
        })
    }
}

impl Operator for GatherPicked {
    fn infer(&self, inputs: &[Option<Known>]) -> Result<Vec<Known>, Message> {
        let (x, indices) = (known::needed(inputs, 0)?, known::needed(inputs, 1)?);
        let shape = match self.indexing {
            Indexing::Elements { .. } => indices.shape().to_vec(),
            Indexing::Slices { shared } => {
                let (last, before) = indices
                    .shape()
                    .split_last()
                    .ok_or_else(doubles::inconsistent)?;
                let Dim::Known(depth) = last else {
                    return Ok(Vec::new());
                };
                let rest = shared
                    .checked_add(*depth)
                    .and_then(|at| x.shape().get(at..));
                [before, rest.ok_or_else(doubles::inconsistent)?].concat()
            }
        };
        Ok(vec![Known::new(x.dtype(), shape)])
    }

    fn evaluate(&self, inputs: &[Option<&Tensor>]) -> Result<Vec<Tensor>, Message> {
        let shape = known::output_shapes(self, inputs)?.swap_remove(0);
        let (x, indices) = (known::tensor(inputs, 0)?, known::tensor(inputs, 1)?);
        let numbers = doubles::whole(inputs, 1)?;
        let places = self.indexing.places(x.shape(), indices.shape(), &numbers)?;
        Ok(vec![doubles::moved(x, &shape, &places)?])
    }

    fn couple(&self, rule: &mut Rule<'_>) {
        rule.freeze_across();
    }
}

impl ScatterPicked {
    pub fn parse(node: &Node, _opset: i64) -> Result<Self, Message> {
        Ok(ScatterPicked {
            indexing: Indexing::parse(node)?,
            reduction: match Attributes(node).text("reduction", "none")? {
                "none" => Reduction::Replace,
                "add" => Reduction::Add,
                "mul" => Reduction::Multiply,
                "max" => Reduction::Max,
                "min" => Reduction::Min,
                mode => return Err(message!("reason-node-unknown-mode", mode = mode)),
            },
        })
    }
}

impl Operator for ScatterPicked {
    fn infer(&self, inputs: &[Option<Known>]) -> Result<Vec<Known>, Message> {
        known::needed(inputs, 1)?;
        known::needed(inputs, 2)?;
        doubles::like_first(inputs)
    }

    fn evaluate(&self, inputs: &[Option<&Tensor>]) -> Result<Vec<Tensor>, Message> {
        let (x, indices) = (known::tensor(inputs, 0)?, known::tensor(inputs, 1)?);
        let updates = known::tensor(inputs, 2)?;
        let numbers = doubles::whole(inputs, 1)?;
        let places = self.indexing.places(x.shape(), indices.shape(), &numbers)?;
        if places.len() != updates.len() {
            return Err(doubles::inconsistent());
        }
        if self.reduction == Reduction::Replace {
            let put = x.scattered(&places, updates);
            return Ok(vec![put.ok_or(message!("reason-node-this-element-type"))?]);
        }
        let mut result = doubles::numbers(x)?;
        for (&place, update) in places.iter().zip(doubles::numbers(updates)?) {
            let element = &mut result[place];
            *element = match self.reduction {
                Reduction::Replace => update,
                Reduction::Add => *element + update,
                Reduction::Multiply => *element * update,
                Reduction::Max => element.max(update),
                Reduction::Min => element.min(update),
            };
        }
        Ok(vec![doubles::tensor(x.dtype(), x.shape(), result)?])
    }

    fn couple(&self, rule: &mut Rule<'_>) {
        rule.freeze_across();
    }
}
