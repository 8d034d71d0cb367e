//! Elements chosen by what they are, so that only the run tells how many.

use super::attributes::Attributes;
use super::coupling::Rule;
use super::{Known, Operator, axes, doubles, known, places};
use crate::graph::{Dim, Node};
use crate::message::Message;
use crate::tensor::Tensor;
use std::cmp::Ordering;

/// `Compress`: the slices along an axis, or the elements, that the second input marks.
#[derive(Debug, Clone, PartialEq)]
pub struct Compress {
    pub axis: Option<i64>,
}

/// `NonZero`: the indices of all elements that are not zero, an axis a row.
#[derive(Debug, Clone, PartialEq)]
pub struct NonZero;

/// `Unique`: each element or slice once; where it is first; which of them each is; and how often each comes.
#[derive(Debug, Clone, PartialEq)]
pub struct Unique {
    pub axis: Option<i64>,
    pub sorted: bool,
}

impl Compress {
    pub fn parse(node: &Node, _opset: i64) -> Result<Self, Message> {
        Ok(Compress {
            axis: Attributes(node).optional_int("axis")?,
        })
    }
}

impl Operator for Compress {
    fn infer(&self, inputs: &[Option<Known>]) -> Result<Vec<Known>, Message> {
        let x = known::needed(inputs, 0)?;
        let Some(marks) = known::needed(inputs, 1)?.numbers() else {
            return Ok(Vec::new());
        };
        let count = Dim::Known(marks.iter().filter(|&&mark| mark != 0).count());
        let shape = match self.axis {
            None => vec![count],
            Some(axis) => {
                let mut shape = x.shape().to_vec();
                shape[axes::axis(axis, x.rank())?] = count;
                shape
            }
        };
        Ok(vec![Known::new(x.dtype(), shape)])
    }

    fn evaluate(&self, inputs: &[Option<&Tensor>]) -> Result<Vec<Tensor>, Message> {
        let x = known::tensor(inputs, 0)?;
        let marks = doubles::whole(inputs, 1)?;
        let marked = marks.iter().enumerate().filter(|(_, mark)| **mark != 0);
        let marked: Vec<usize> = marked.map(|(at, _)| at).collect();
        let (flat, axis) = match self.axis {
            None => (x.reshaped(&[x.len()]), 0),
            Some(axis) => (Some(x.clone()), axes::axis(axis, x.shape().len())?),
        };
        let flat = flat.ok_or(message!("reason-node-this-element-type"))?;
        if marked
            .last()
            .is_some_and(|&last| last >= flat.shape()[axis])
        {
            return Err(doubles::inconsistent());
        }
        let picked = flat.select(axis, &marked);
        Ok(vec![
            picked.ok_or(message!("reason-node-this-element-type"))?,
        ])
    }

    fn couple(&self, rule: &mut Rule<'_>) {
        rule.freeze_across();
    }
}

impl NonZero {
    pub fn parse(_node: &Node, _opset: i64) -> Result<Self, Message> {
        Ok(NonZero)
    }
}

impl Operator for NonZero {
    fn infer(&self, inputs: &[Option<Known>]) -> Result<Vec<Known>, Message> {
        known::needed(inputs, 0)?;
        Ok(Vec::new())
    }

    fn evaluate(&self, inputs: &[Option<&Tensor>]) -> Result<Vec<Tensor>, Message> {
        let x = known::tensor(inputs, 0)?;
        let numbers = doubles::numbers(x)?;
        let mut rows: Vec<Vec<i64>> = vec![Vec::new(); x.shape().len()];
        let mut at = 0;
        places::each(x.shape(), |index| {
            if numbers[at] != 0.0 {
                for (row, &i) in rows.iter_mut().zip(index) {
                    row.push(i as i64);
                }
            }
            at += 1;
        });
        let count = rows.first().map_or(0, Vec::len);
        Ok(vec![doubles::indices(&[rows.len(), count], rows.concat())?])
    }

    fn couple(&self, rule: &mut Rule<'_>) {
        rule.freeze_across();
    }
}

impl Unique {
    pub fn parse(node: &Node, _opset: i64) -> Result<Self, Message> {
        let attributes = Attributes(node);
        Ok(Unique {
            axis: attributes.optional_int("axis")?,
            sorted: attributes.flag("sorted", true)?,
        })
    }
}

impl Operator for Unique {
    fn infer(&self, inputs: &[Option<Known>]) -> Result<Vec<Known>, Message> {
        known::needed(inputs, 0)?;
        Ok(Vec::new())
    }

    fn evaluate(&self, inputs: &[Option<&Tensor>]) -> Result<Vec<Tensor>, Message> {
        let x = known::tensor(inputs, 0)?;
        let numbers = doubles::numbers(x)?;
        let flat = [x.len()];
        let (shape, axis) = match self.axis {
            None => (&flat[..], 0),
            Some(axis) => (x.shape(), axes::axis(axis, x.shape().len())?),
        };
        let (outer, length, inner) = places::around(shape, axis);
        let slice = |i: usize| -> Vec<f64> {
            let rows = (0..outer).flat_map(|row| {
                let start = (row * length + i) * inner;
                &numbers[start..start + inner]
            });
            rows.copied().collect()
        };
        let compare = |a: &Vec<f64>, b: &Vec<f64>| {
            let mut pairs = a.iter().zip(b).map(|(x, y)| x.total_cmp(y));
            pairs.find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
        };
        let slices: Vec<Vec<f64>> = (0..length).map(slice).collect();
        let mut order: Vec<usize> = (0..length).collect();
        order.sort_by(|&a, &b| compare(&slices[a], &slices[b]));
        // Slices that are alike stand together, the first of them first.
        let mut groups: Vec<Vec<usize>> = Vec::new();
        for i in order {
            match groups.last_mut() {
                Some(group) if compare(&slices[group[0]], &slices[i]).is_eq() => group.push(i),
                _ => groups.push(vec![i]),
            }
        }
        if !self.sorted {
            groups.sort_by_key(|group| group[0]);
        }
        let first: Vec<usize> = groups.iter().map(|group| group[0]).collect();
        let mut which = vec![0; length];
        for (at, group) in groups.iter().enumerate() {
            group.iter().for_each(|&i| which[i] = at as i64);
        }
        let flat = x.reshaped(shape).and_then(|flat| flat.select(axis, &first));
        let list = |numbers: Vec<i64>| doubles::indices(&[numbers.len()], numbers);
        Ok(vec![
            flat.ok_or(message!("reason-node-this-element-type"))?,
            list(first.iter().map(|&i| i as i64).collect())?,
            list(which)?,
            list(groups.iter().map(|group| group.len() as i64).collect())?,
        ])
    }

    fn couple(&self, rule: &mut Rule<'_>) {
        rule.freeze_across();
    }
}

/// `NonMaxSuppression`: the boxes of each class that overlap no better one too much.
#[derive(Debug, Clone, PartialEq)]
pub struct NonMaxSuppression {
    /// Boxes are given by center and size, not by corners.
    pub centered: bool,
}

impl NonMaxSuppression {
    pub fn parse(node: &Node, _opset: i64) -> Result<Self, Message> {
        Ok(NonMaxSuppression {
            centered: Attributes(node).flag("center_point_box", false)?,
        })
    }

    /// Low and high corners, the first axis first.
    fn corners(&self, numbers: &[f64]) -> [f64; 4] {
        let [a, b, c, d] = [numbers[0], numbers[1], numbers[2], numbers[3]];
        match self.centered {
            true => [a - c / 2.0, b - d / 2.0, a + c / 2.0, b + d / 2.0],
            false => [a.min(c), b.min(d), a.max(c), b.max(d)],
        }
    }
}

/// Intersection over union.
fn overlap(a: [f64; 4], b: [f64; 4]) -> f64 {
    let area = |[low, left, high, right]: [f64; 4]| (high - low).max(0.0) * (right - left).max(0.0);
    let common = area([
        a[0].max(b[0]),
        a[1].max(b[1]),
        a[2].min(b[2]),
        a[3].min(b[3]),
    ]);
    let union = area(a) + area(b) - common;
    if union > 0.0 { common / union } else { 0.0 }
}

impl Operator for NonMaxSuppression {
    fn infer(&self, inputs: &[Option<Known>]) -> Result<Vec<Known>, Message> {
        known::needed(inputs, 0)?;
        known::needed(inputs, 1)?;
        Ok(Vec::new())
    }

    fn evaluate(&self, inputs: &[Option<&Tensor>]) -> Result<Vec<Tensor>, Message> {
        let (boxes, scores) = (doubles::needed(inputs, 0)?, doubles::needed(inputs, 1)?);
        let (&[batch, count, 4], &[scored, classes, each]) = (
            known::tensor(inputs, 0)?.shape(),
            known::tensor(inputs, 1)?.shape(),
        ) else {
            return Err(doubles::inconsistent());
        };
        if (batch, count) != (scored, each) {
            return Err(doubles::inconsistent());
        }
        let number = |i: usize| -> Result<Option<f64>, Message> {
            let given = doubles::optional(inputs, i)?;
            Ok(given.and_then(|numbers| numbers.first().copied()))
        };
        let most = number(2)?.unwrap_or(0.0) as usize;
        let (threshold, least) = (number(3)?.unwrap_or(0.0), number(4)?);
        let mut rows = Vec::new();
        for sample in 0..batch {
            let corners = |i: usize| self.corners(&boxes[(sample * count + i) * 4..]);
            for class in 0..classes {
                let score = |i: usize| scores[(sample * classes + class) * count + i];
                let mut order: Vec<usize> = (0..count).collect();
                order.retain(|&i| least.is_none_or(|least| score(i) > least));
                order.sort_by(|&a, &b| score(b).total_cmp(&score(a)));
                let mut kept: Vec<usize> = Vec::new();
                for i in order {
                    if kept.len() >= most {
                        break;
                    }
                    if kept
                        .iter()
                        .all(|&j| overlap(corners(i), corners(j)) <= threshold)
                    {
                        kept.push(i);
                        rows.extend([sample, class, i].map(|x| x as i64));
                    }
                }
            }
        }
        Ok(vec![doubles::indices(&[rows.len() / 3, 3], rows)?])
    }

    fn couple(&self, rule: &mut Rule<'_>) {
        rule.freeze_across();
    }
}
