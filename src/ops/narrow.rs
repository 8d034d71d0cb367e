//! What an operator is told when axes of its tensors lose indices, and what it may answer.
//!
//! Stored tensors are cut by whoever asks. The operator only mends what names sizes or positions: attributes,
//! and constants that hold shapes.

use super::coupling::Axis;
use crate::graph::{Attribute, Dim, Graph, Node, ValueId};
use crate::tensor::{DType, Tensor};
use ndarray::Array1;
use std::collections::BTreeMap;

/// One change to a node.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// The attribute takes this value.
    Attribute(&'static str, Attribute),
    /// The attribute goes.
    NoAttribute(&'static str),
    /// The input becomes a constant of this node's own.
    Input(usize, Tensor),
    /// These elements of the list that the input holds, by their places, become these numbers. The others stay as they are stored or
    /// computed.
    Elements(usize, Vec<(usize, i64)>),
}

/// A node whose tensors get narrower. The graph is the one before.
pub struct Narrowing<'a> {
    pub graph: &'a Graph,
    pub node: &'a Node,
    /// The indices that stay, in order, of each axis that loses some.
    pub kept: &'a BTreeMap<Axis, Vec<usize>>,
    /// The same graph at any sizes, where it was opened at given ones.
    pub at_any_size: Option<&'a Graph>,
}

impl Narrowing<'_> {
    /// The indices that stay along an axis; `None` where all do.
    pub fn kept(&self, value: ValueId, axis: usize) -> Option<&[usize]> {
        self.kept.get(&Axis { value, axis }).map(Vec::as_slice)
    }

    /// Whether any axis of the value loses indices.
    pub fn touches(&self, value: ValueId) -> bool {
        self.narrowed(value).next().is_some()
    }

    /// The dimensions of a value after the cut; `None` where its shape is unknown.
    pub fn dims(&self, value: ValueId) -> Option<Vec<Dim>> {
        let ty = self.graph.value(value).ty.as_ref()?;
        let dims = ty.shape.iter().enumerate();
        Some(
            dims.map(|(axis, dim)| match self.kept(value, axis) {
                Some(kept) => dim.resized(kept.len()),
                None => dim.clone(),
            })
            .collect(),
        )
    }

    /// The dimensions of a value after the cut, whatever the sizes that were given to open the model. `None` where nothing tells them.
    pub fn dims_at_any_size(&self, value: ValueId) -> Option<Vec<Dim>> {
        let Some(graph) = self.at_any_size else {
            return self.dims(value);
        };
        let ty = graph.value(value).ty.as_ref()?;
        let dims = ty.shape.iter().enumerate();
        let dims = dims.map(|(axis, dim)| match self.kept(value, axis) {
            None => dim.clone(),
            Some(kept) if dim.known().is_some() => Dim::Known(kept.len()),
            // What is left of an open length that holds channels.
            Some(_) => Dim::unnamed(),
        });
        Some(dims.collect())
    }

    /// Whether the length of an axis depends on sizes that were given to open the model, or may do so.
    pub fn depends_on_sizes(&self, value: ValueId, axis: usize) -> bool {
        let Some(graph) = self.at_any_size else {
            return false;
        };
        let ty = graph.value(value).ty.as_ref();
        ty.and_then(|ty| ty.shape.get(axis)?.known()).is_none()
    }

    /// The axes of a value that lose indices, with what is left of them.
    pub fn narrowed(&self, value: ValueId) -> impl Iterator<Item = (usize, usize)> {
        let from = Axis { value, axis: 0 };
        let to = Axis {
            value,
            axis: usize::MAX,
        };
        let axes = self.kept.range(from..=to);
        axes.map(|(axis, kept)| (axis.axis, kept.len()))
    }

    /// The length of an axis before the cut.
    pub fn length(&self, value: ValueId, axis: usize) -> Option<usize> {
        let ty = self.graph.value(value).ty.as_ref()?;
        ty.shape.get(axis)?.known()
    }

    /// Numbers of the node's `i`-th input's integer type.
    pub fn integers_like(&self, i: usize, numbers: Vec<i64>) -> Tensor {
        let input = self
            .node
            .input(i)
            .and_then(|value| self.graph.content(value));
        match input.map(|tensor| tensor.dtype()) {
            Some(DType::I32) => Tensor::I32(
                numbers
                    .into_iter()
                    .map(|n| n as i32)
                    .collect::<Array1<_>>()
                    .into_dyn(),
            ),
            _ => Tensor::from_i64(&[numbers.len()], numbers),
        }
    }

    /// How many of the indices `from..to` of an axis stay.
    pub fn count(&self, value: ValueId, axis: usize, from: usize, to: usize) -> usize {
        match self.kept(value, axis) {
            Some(kept) => {
                kept.partition_point(|&i| i < to.max(from)) - kept.partition_point(|&i| i < from)
            }
            None => to.saturating_sub(from),
        }
    }
}
