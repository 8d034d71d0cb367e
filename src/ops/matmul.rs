//! Matrix product with broadcast batch axes.

use super::backward::LearnContext;
use super::coupling::{Axis, Reads, Rule, Weights};
use super::floats;
use super::known;
use super::linear::Linear;
use super::lowering::KernelContext;
use super::uniform::Slice;
use super::{Known, Operator};
use crate::graph::Dim;
use crate::graph::{Graph, Node};
use crate::kernels::Kernel;
use crate::kernels::grad::Differentiable;
use crate::kernels::grad::batch::Batch;
use crate::kernels::grad::dense::Dense;
use crate::kernels::matrix::{Columns, MatrixProduct, Operand, Size};
use crate::kernels::pack::Rows;
use crate::kernels::strided::{Walk, broadcast_strides};
use crate::message::Message;
use crate::tensor::Tensor;
use ndarray::{ArrayD, ArrayViewD, IxDyn};

/// `MatMul`, as numpy's `matmul`.
#[derive(Debug, Clone, PartialEq)]
pub struct MatMul;

/// One of the two factors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    Left,
    Right,
}

impl MatMul {
    pub fn parse(_node: &Node, _opset: i64) -> Result<Self, Message> {
        Ok(MatMul)
    }

    /// Which of the two factors is a stored matrix.
    fn stored(&self, graph: &Graph, node: &Node) -> Option<Side> {
        let is_stored = |i| {
            let tensor = node.input(i).and_then(|value| graph.constant(value));
            tensor.is_some_and(|tensor| tensor.dtype().is_float())
        };
        match (is_stored(0), is_stored(1)) {
            (_, true) => Some(Side::Right),
            (true, false) => Some(Side::Left),
            (false, false) => None,
        }
    }
}

impl Operator for MatMul {
    fn infer(&self, inputs: &[Option<Known>]) -> Result<Vec<Known>, Message> {
        let (a, b) = (known::needed(inputs, 0)?, known::needed(inputs, 1)?);
        let (row, column) = (a.rank() == 1, b.rank() == 1);
        // A vector counts as one row on the left and as one column on the right.
        let mut left = a.shape().to_vec();
        let mut right = b.shape().to_vec();
        if row {
            left.insert(0, Dim::Known(1));
        }
        if column {
            right.push(Dim::Known(1));
        }
        let ([left_batch @ .., rows, depth], [right_batch @ .., reads, columns]) =
            (&left[..], &right[..])
        else {
            return Err(message!("reason-node-single-number"));
        };
        if let (Some(depth), Some(reads)) = (depth.known(), reads.known())
            && depth != reads
        {
            return Err(message!("reason-node-depth", depth = depth, reads = reads));
        }
        let mut shape = known::broadcast(left_batch, right_batch)?;
        if !row {
            shape.push(rows.clone());
        }
        if !column {
            shape.push(columns.clone());
        }
        Ok(vec![Known::new(a.dtype(), shape)])
    }

    fn evaluate(&self, inputs: &[Option<&Tensor>]) -> Result<Vec<Tensor>, Message> {
        let shape = known::output_shapes(self, inputs)?.swap_remove(0);
        let (a, b) = (floats::needed(inputs, 0)?, floats::needed(inputs, 1)?);
        let (mut a, mut b) = (a.view(), b.view());
        let mut full = shape.clone();
        if a.ndim() == 1 {
            a = a.insert_axis(ndarray::Axis(0));
            full.insert(full.len() + 1 - b.ndim().min(2), 1);
        }
        if b.ndim() == 1 {
            b = b.insert_axis(ndarray::Axis(1));
            full.push(1);
        }
        let batch = &full[..full.len() - 2];
        let stretch = |array: ArrayViewD<'_, f32>| {
            let matrix = &array.shape()[array.ndim() - 2..];
            let stretched = array
                .broadcast([batch, matrix].concat())
                .map(|view| view.mapv(f64::from));
            let stretched = stretched.ok_or(message!("reason-node-inputs-unfit"))?;
            let matrices = (batch.iter().product::<usize>(), matrix[0], matrix[1]);
            crate::tensor::standard(stretched)
                .into_shape_with_order(matrices)
                .map_err(|e| message!("reason-node-other", reason = e.to_string()))
        };
        let (a, b) = (stretch(a)?, stretch(b)?);
        let mut elements = Vec::with_capacity(shape.iter().product());
        for (a, b) in a.outer_iter().zip(b.outer_iter()) {
            elements.extend(a.dot(&b).iter().map(|&x| x as f32));
        }
        let product = ArrayD::from_shape_vec(IxDyn(&shape), elements)
            .map_err(|e| message!("reason-node-other", reason = e.to_string()))?;
        floats::output(product, known::tensor(inputs, 0)?)
    }

    fn macs(&self, inputs: &[Option<Vec<usize>>], output: &[usize]) -> u64 {
        let a = inputs.first().and_then(Option::as_ref);
        let depth = a.and_then(|a| a.last()).copied();
        known::count(output).saturating_mul(depth.unwrap_or(0) as u64)
    }

    fn matrices(&self) -> &'static [usize] {
        &[1, 0]
    }

    fn channel_axis(&self, rank: usize) -> usize {
        rank.saturating_sub(1)
    }

    fn couple(&self, rule: &mut Rule<'_>) {
        let node = rule.node;
        let (Some(a), Some(b), Some(out)) = (node.input(0), node.input(1), node.output(0)) else {
            return;
        };
        let (rank_a, rank_b, rank) = (rule.rank(a), rule.rank(b), rule.rank(out));
        if rank_a < 2 || rank_b < 2 || rank < 2 {
            return rule.freeze_all(&message!("reason-frozen-vector"));
        }
        rule.align_leading(a, out, 2);
        rule.align_leading(b, out, 2);
        let (rows, columns) = (Axis::of(out, rank - 2), Axis::of(out, rank - 1));
        let (depth, deep) = (Axis::of(a, rank_a - 1), Axis::of(b, rank_b - 2));
        rule.same(Axis::of(a, rank_a - 2), rows);
        rule.same(Axis::of(b, rank_b - 1), columns);
        rule.same(depth, deep);
        let reads = |axis: Axis, data: Axis, size: Option<usize>| Reads {
            axis: axis.axis,
            data,
            period: size.unwrap_or(1).max(1),
        };
        let size = rule.size(a, rank_a - 1);
        match self.stored(rule.graph, node) {
            Some(Side::Right) => rule.weights(Weights {
                tensor: b,
                makes: rank_b - 1,
                out: columns,
                bias: None,
                reads: Some(reads(deep, depth, size)),
            }),
            Some(Side::Left) => rule.weights(Weights {
                tensor: a,
                makes: rank_a - 2,
                out: rows,
                bias: None,
                reads: Some(reads(depth, deep, size)),
            }),
            None => rule.sum(depth),
        }
    }

    /// A column (or row) of zeros leaves zero.
    fn uniform(&self, slice: &Slice<'_>) -> Option<f32> {
        let out = slice.node.output(0)?;
        let rank = slice.graph.value(out).ty.as_ref()?.rank();
        let made = match self.stored(slice.graph, slice.node)? {
            Side::Right => 1,
            Side::Left => 2,
        };
        (slice.axis + made == rank).then_some(0.0)
    }

    fn response(&self, graph: &Graph, node: &Node, channels: &[(usize, f32)]) -> Option<Vec<f32>> {
        let side = self.stored(graph, node)?;
        let input = match side {
            Side::Right => node.input(1)?,
            Side::Left => node.input(0)?,
        };
        // A stack of matrices would add something else to each of its products.
        let weights = graph.constant(input)?;
        let &[first, second] = weights.shape() else {
            return None;
        };
        let numbers = weights.floats()?;
        let (outputs, step, stride) = match side {
            Side::Right => (second, 1, second),
            Side::Left => (first, second, 1),
        };
        let mut response = vec![0f64; outputs];
        for &(channel, constant) in channels {
            for (out, sum) in response.iter_mut().enumerate() {
                let weight = numbers.get(out * step + channel * stride)?;
                *sum += f64::from(constant) * f64::from(*weight);
            }
        }
        Some(response.into_iter().map(|x| x as f32).collect())
    }

    fn takes_epilogue(&self) -> bool {
        true
    }

    fn kernel(&self, context: &KernelContext<'_>) -> Result<Option<Box<dyn Kernel>>, Message> {
        let (Some(a), Some(b), [output]) = (context.shape(0), context.shape(1), context.outputs)
        else {
            return Ok(None);
        };
        if a.len() < 2 || b.len() < 2 || context.epilogue.affine.is_some() {
            return Ok(None);
        }
        let (left, right) = (context.floats(0), context.floats(1));
        let (mut rows, depth, columns) = (a[a.len() - 2], a[a.len() - 1], b[b.len() - 1]);
        let batch = &output[..output.len() - 2];
        let mut pairs = Vec::new();
        if b.len() == 2 {
            // One matrix for the whole batch: the batch is nothing but more rows.
            rows = a[..a.len() - 1].iter().product();
            pairs.push((0, 0));
        } else {
            let (own_a, own_b) = (
                broadcast_strides(&a[..a.len() - 2], batch),
                broadcast_strides(&b[..b.len() - 2], batch),
            );
            let walk = Walk::new(batch, [0; 2], [&own_a, &own_b]);
            walk.each(|at| {
                let step = |i: usize, t: usize| at[t] + i * walk.steps[t] as usize;
                pairs.extend((0..walk.inner).map(|i| (step(i, 0), step(i, 1))));
            });
        }
        // A constant batch of matrices is rare: it has no packed form.
        let single = |shape: &[usize]| shape[..shape.len() - 2].iter().product::<usize>() == 1;
        let left = match left {
            Some(a_numbers) if single(a) => {
                Operand::Packed(Rows::new(rows, depth, |i, k| a_numbers[i * depth + k]))
            }
            Some(_) => return Ok(None),
            None => Operand::Given,
        };
        let right = match right {
            Some(numbers) if single(b) => Operand::Packed(Columns::new(depth, columns, |k, j| {
                numbers[k * columns + j]
            })),
            Some(_) => return Ok(None),
            None => Operand::Given,
        };
        Ok(Some(Box::new(MatrixProduct {
            size: Size {
                rows,
                depth,
                columns,
            },
            left,
            right,
            pairs,
            summand: Vec::new(),
            residual: context.epilogue.residual,
            activation: context.epilogue.activation,
        })))
    }

    fn linear(&self, context: &LearnContext<'_>) -> Result<Option<Linear>, Message> {
        let (left, right) = (context.needed(0)?, context.needed(1)?);
        let (&[_, ref places @ .., depth], &[_, columns]) = (left, right) else {
            return Ok(None);
        };
        let places = places.iter().product();
        Ok(Some(Linear::rows(None, places, [depth, columns], false)))
    }

    fn learned(&self) -> &'static [usize] {
        &[0, 1]
    }

    fn differentiable(
        &self,
        context: &LearnContext<'_>,
    ) -> Result<Option<Box<dyn Differentiable>>, Message> {
        let (mut left, mut right) = (context.needed(0)?.to_vec(), context.needed(1)?.to_vec());
        if left.len() == 1 {
            left.insert(0, 1);
        }
        if right.len() == 1 {
            right.push(1);
        }
        let (&[ref a @ .., rows, depth], &[ref b @ .., _, columns]) = (&left[..], &right[..])
        else {
            return Ok(None);
        };
        let matrix = Dense::new(rows, depth, columns);
        Ok(Some(Box::new(Batch::new(matrix, a, b))))
    }
}
