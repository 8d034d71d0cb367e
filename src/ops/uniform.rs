//! Constants that flow: which slices of a tensor hold one number everywhere, and which number.
//!
//! A channel whose weights are all zero still carries something: its bias, the shift of a batch normalization,
//! the activation of either. Operators say how such a constant passes through them.

use super::Operator;
use super::coupling::Axis;
use crate::graph::{Graph, Node, ValueId};
use crate::tensor::{DType, Tensor};
use ndarray::{ArrayD, IxDyn, arr0};

/// What is known of slices so far.
pub trait Known {
    /// The number that the slice at `index` of `axis` holds everywhere, if it holds one.
    fn constant(&self, axis: Axis, index: usize) -> Option<f32>;

    /// The indices of the node's inputs that go with one index of its output.
    fn sources(&self, axis: Axis, index: usize) -> &[(Axis, usize)];
}

/// One slice of one output of a node.
pub struct Slice<'a> {
    pub graph: &'a Graph,
    pub node: &'a Node,
    pub output: usize,
    pub axis: usize,
    pub index: usize,
    pub known: &'a dyn Known,
}

impl Slice<'_> {
    /// The constant at `index` along `axis` of the `i`-th input.
    pub fn input_at(&self, i: usize, axis: usize, index: usize) -> Option<f32> {
        let value = self.node.input(i)?;
        self.known.constant(Axis { value, axis }, index)
    }

    /// The constant that the `i`-th input brings to this slice, its shape broadcast to the output's from the right.
    pub fn input(&self, i: usize) -> Option<f32> {
        let value = self.node.input(i)?;
        let rank = |v| self.graph.value(v).ty.as_ref().map(|t| t.rank());
        let (inner, outer) = (rank(value)?, rank(self.node.output(self.output)?)?);
        let axis = (self.axis + inner).checked_sub(outer);
        match axis {
            Some(axis) if !self.is_single(value, axis)? => self.input_at(i, axis, self.index),
            _ => self.whole(i),
        }
    }

    /// The constant that the whole `i`-th input holds, where it is a stored tensor of one number.
    pub fn whole(&self, i: usize) -> Option<f32> {
        uniform_element(self.graph.constant(self.node.input(i)?)?)
    }

    /// Whether an axis has a single index, whatever the batch.
    fn is_single(&self, value: ValueId, axis: usize) -> Option<bool> {
        let ty = self.graph.value(value).ty.as_ref()?;
        Some(ty.shape.get(axis)?.known() == Some(1))
    }

    /// The length of an axis of the `i`-th input.
    pub fn size(&self, i: usize, axis: usize) -> Option<usize> {
        let ty = self.graph.value(self.node.input(i)?).ty.as_ref()?;
        ty.shape.get(axis)?.known()
    }

    /// For an operator that only moves elements: the constant that all slices share which this one is made of.
    pub fn carried(&self) -> Option<f32> {
        let value = self.node.output(self.output)?;
        let axis = Axis {
            value,
            axis: self.axis,
        };
        let mut sources = self.known.sources(axis, self.index).iter();
        let &(first, index) = sources.next()?;
        let constant = self.known.constant(first, index)?;
        sources
            .all(|&(axis, index)| self.known.constant(axis, index) == Some(constant))
            .then_some(constant)
    }

    /// For an operator that works element by element: its own forward pass on the inputs' constants.
    pub fn pointwise(&self, operator: &dyn Operator) -> Option<f32> {
        let mut scalars = Vec::with_capacity(self.node.inputs.len());
        for (i, input) in self.node.inputs.iter().enumerate() {
            scalars.push(match input {
                Some(value) => {
                    let dtype = self.graph.value(*value).ty.as_ref()?.dtype;
                    Some(scalar(dtype, self.input(i)?)?)
                }
                None => None,
            });
        }
        let inputs: Vec<_> = scalars.iter().map(Option::as_ref).collect();
        let outputs = operator.evaluate(&inputs).ok()?;
        uniform_element(outputs.get(self.output)?)
    }
}

/// One number as a tensor of rank 0. Half precision is computed in single.
fn scalar(dtype: DType, x: f32) -> Option<Tensor> {
    Some(match dtype {
        dtype if dtype.is_float() => Tensor::F32(arr0(x).into_dyn()),
        DType::I64 => Tensor::I64(arr0(x as i64).into_dyn()),
        DType::I32 => Tensor::I32(arr0(x as i32).into_dyn()),
        DType::Bool => Tensor::Bool(ArrayD::from_elem(IxDyn(&[]), x != 0.0)),
        _ => return None,
    })
}

/// The number that all elements of a tensor are, where they are one.
fn uniform_element(tensor: &Tensor) -> Option<f32> {
    let all_same = |elements: &[f32]| {
        let (first, rest) = elements.split_first()?;
        rest.iter().all(|x| x == first).then_some(*first)
    };
    match tensor.floats() {
        Some(elements) => all_same(&elements),
        None => {
            let elements: Vec<f32> = tensor.integers()?.iter().map(|&x| x as f32).collect();
            all_same(&elements)
        }
    }
}
