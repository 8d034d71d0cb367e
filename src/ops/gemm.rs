//! General matrix product: `alpha · A · B + beta · C`.

use super::attributes::Attributes;
use super::coupling::{Axis, Reads, Rule, Weights};
use super::uniform::Slice;
use super::{Known, Operator};
use crate::graph::{Graph, Node};
use crate::tensor::Tensor;

/// `Gemm`: `A` (rows, depth), `B` (depth, columns), each stored transposed where the flag says so; `C` broadcasts.
#[derive(Debug, Clone, PartialEq)]
pub struct Gemm {
    pub alpha: f32,
    pub beta: f32,
    pub trans_a: bool,
    pub trans_b: bool,
}

impl Gemm {
    pub fn parse(node: &Node, _opset: i64) -> Result<Self, String> {
        let attributes = Attributes(node);
        Ok(Gemm {
            alpha: attributes.float("alpha", 1.0)?,
            beta: attributes.float("beta", 1.0)?,
            trans_a: attributes.flag("transA", false)?,
            trans_b: attributes.flag("transB", false)?,
        })
    }

    /// Whether the summand is left out, or stored with one element a column.
    fn bias_is_vector(&self, graph: &Graph, node: &Node) -> bool {
        let Some(c) = node.input(2) else { return true };
        let width = || {
            let ty = graph.value(node.output(0)?).ty.as_ref()?;
            ty.shape.get(1)?.known()
        };
        graph.constant(c).is_some_and(|c| {
            c.dtype().is_float() && c.shape().last().copied() == width() && Some(c.len()) == width()
        })
    }
}

impl Operator for Gemm {
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
        let (rows, depth) = (usize::from(self.trans_a), usize::from(!self.trans_a));
        let (deep, columns) = (usize::from(self.trans_b), usize::from(!self.trans_b));
        rule.same(Axis::of(a, rows), Axis::of(out, 0));
        rule.same(Axis::of(b, columns), Axis::of(out, 1));
        rule.same(Axis::of(a, depth), Axis::of(b, deep));
        if let Some(c) = node.input(2) {
            rule.align(c, out);
        }
        match (rule.is_stored_float(b), rule.size(b, deep)) {
            (true, Some(period)) => {
                let takes_bias = self.beta == 1.0 && self.bias_is_vector(rule.graph, node);
                rule.weights(Weights {
                    tensor: b,
                    makes: columns,
                    out: Axis::of(out, 1),
                    bias: takes_bias.then_some(2),
                    reads: Some(Reads {
                        axis: deep,
                        data: Axis::of(a, depth),
                        period: period.max(1),
                    }),
                });
            }
            _ => rule.freeze(
                Axis::of(a, depth),
                "two computed tensors are multiplied along it",
            ),
        }
    }

    /// A column of zeros leaves the summand.
    fn uniform(&self, slice: &Slice<'_>) -> Option<f32> {
        match slice.node.input(2) {
            _ if slice.axis != 1 => None,
            None => Some(0.0),
            Some(_) => Some(self.beta * slice.input(2)?),
        }
    }

    fn response(&self, graph: &Graph, node: &Node, channels: &[(usize, f32)]) -> Option<Vec<f32>> {
        let weights = graph.constant(node.input(1)?)?;
        let &[first, second] = weights.shape() else {
            return None;
        };
        let columns = if self.trans_b { first } else { second };
        let numbers = weights.floats()?;
        let mut response = vec![0f64; columns];
        for &(channel, constant) in channels {
            for (column, sum) in response.iter_mut().enumerate() {
                let at = match self.trans_b {
                    true => column * second + channel,
                    false => channel * second + column,
                };
                *sum += f64::from(constant) * f64::from(*numbers.get(at)?);
            }
        }
        let alpha = f64::from(self.alpha);
        Some(response.into_iter().map(|x| (alpha * x) as f32).collect())
    }
}
