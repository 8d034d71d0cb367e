//! Axes by number: negative ones counted from the end, lists of them as attribute or as input.

use super::attributes::Attributes;
use super::known::{Known, given};
use crate::graph::Node;
use crate::message::Message;

/// Where a list of axes comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AxesFrom {
    /// The attribute `axes`; `None` where it is left out.
    Attribute(Option<Vec<i64>>),
    /// The second input, which may be left out.
    Input,
}

impl AxesFrom {
    /// The axes moved from attribute to input at opset `since`.
    pub fn parse(node: &Node, opset: i64, since: i64) -> Result<Self, Message> {
        Ok(if opset >= since {
            AxesFrom::Input
        } else {
            AxesFrom::Attribute(Attributes(node).ints("axes")?)
        })
    }
}

impl AxesFrom {
    /// The axes while shapes are inferred: `None` where only the run tells, `Some(None)` where they are left out.
    pub fn known(&self, inputs: &[Option<Known>]) -> Option<Option<Vec<i64>>> {
        match (self, given(inputs, 1)) {
            (AxesFrom::Attribute(axes), _) => Some(axes.clone()),
            (AxesFrom::Input, None) => Some(None),
            (AxesFrom::Input, Some(axes)) => axes.numbers().map(Some),
        }
    }
}

/// An axis of a tensor of this rank, negative ones counted from the end.
pub fn axis(axis: i64, rank: usize) -> Result<usize, Message> {
    let at = if axis < 0 {
        axis.checked_add(rank as i64)
    } else {
        Some(axis)
    };
    at.and_then(|at| usize::try_from(at).ok())
        .filter(|&at| at < rank)
        .ok_or_else(|| message!("reason-node-axis", axis = axis, rank = rank))
}
