//! Matrix product with broadcast batch axes.

use super::coupling::{Axis, Reads, Rule, Weights};
use super::uniform::Slice;
use super::{Known, Operator};
use crate::graph::{Graph, Node};
use crate::tensor::Tensor;

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
    pub fn parse(_node: &Node, _opset: i64) -> Result<Self, String> {
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
    fn infer(&self, _inputs: &[Option<Known>]) -> Result<Vec<Known>, String> {
        Err("has no shape rule yet".into())
    }

    fn evaluate(&self, _inputs: &[Option<&Tensor>]) -> Result<Vec<Tensor>, String> {
        Err("cannot be computed yet".into())
    }

    fn couple(&self, rule: &mut Rule<'_>) {
        let node = rule.node;
        let (Some(a), Some(b), Some(out)) = (node.input(0), node.input(1), node.output(0)) else {
            return;
        };
        let (rank_a, rank_b, rank) = (rule.rank(a), rule.rank(b), rule.rank(out));
        if rank_a < 2 || rank_b < 2 || rank < 2 {
            return rule.freeze_all("it is multiplied by a vector");
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
            None => rule.freeze(depth, "two computed tensors are multiplied along it"),
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
}
