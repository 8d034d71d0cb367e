//! General matrix product: `alpha · A · B + beta · C`.

use super::attributes::Attributes;
use super::backward::LearnContext;
use super::coupling::{Axis, Reads, Rule, Weights};
use super::floats;
use super::known;
use super::linear::Linear;
use super::lowering::KernelContext;
use super::uniform::Slice;
use super::{Known, Operator};
use crate::graph::{Graph, Node};
use crate::kernels::Kernel;
use crate::kernels::grad::Differentiable;
use crate::kernels::grad::dense::Dense;
use crate::kernels::matrix::{Columns, MatrixProduct, Operand, Size};
use crate::message::Message;
use crate::tensor::Tensor;
use ndarray::Ix2;

/// `Gemm`: `A` (rows, depth), `B` (depth, columns), each stored transposed where the flag says so; `C` broadcasts.
#[derive(Debug, Clone, PartialEq)]
pub struct Gemm {
    pub alpha: f32,
    pub beta: f32,
    pub trans_a: bool,
    pub trans_b: bool,
}

impl Gemm {
    pub fn parse(node: &Node, _opset: i64) -> Result<Self, Message> {
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
    fn infer(&self, inputs: &[Option<Known>]) -> Result<Vec<Known>, Message> {
        let (a, b) = (known::needed(inputs, 0)?, known::needed(inputs, 1)?);
        let ([a0, a1], [b0, b1]) = (a.shape(), b.shape()) else {
            return Err(message!(
                "reason-node-needs-matrices",
                first = known::display(a.shape()),
                second = known::display(b.shape())
            ));
        };
        let (rows, depth) = if self.trans_a { (a1, a0) } else { (a0, a1) };
        let (reads, columns) = if self.trans_b { (b1, b0) } else { (b0, b1) };
        if let (Some(depth), Some(reads)) = (depth.known(), reads.known())
            && depth != reads
        {
            return Err(message!("reason-node-depth", depth = depth, reads = reads));
        }
        let shape = vec![rows.clone(), columns.clone()];
        if let Some(c) = known::given(inputs, 2)
            && known::broadcast(&shape, c.shape())?.len() != 2
        {
            let summand = known::display(c.shape());
            return Err(message!("reason-node-summand", summand = summand));
        }
        Ok(vec![Known::new(a.dtype(), shape)])
    }

    fn evaluate(&self, inputs: &[Option<&Tensor>]) -> Result<Vec<Tensor>, Message> {
        let shape = known::output_shapes(self, inputs)?.swap_remove(0);
        let (a, b) = (floats::needed(inputs, 0)?, floats::needed(inputs, 1)?);
        let matrix = |array: &floats::Floats<'_>, transposed| {
            let wide = array.mapv(f64::from).into_dimensionality::<Ix2>();
            let wide = wide.map_err(|_| message!("reason-node-only-matrices"))?;
            Ok::<_, Message>(if transposed {
                wide.reversed_axes()
            } else {
                wide
            })
        };
        let mut product = matrix(&a, self.trans_a)?.dot(&matrix(&b, self.trans_b)?);
        product *= f64::from(self.alpha);
        if let Some(c) = floats::optional(inputs, 2)? {
            let scaled = c.mapv(|x| f64::from(x) * f64::from(self.beta));
            let summand = scaled.broadcast((shape[0], shape[1]));
            product += &summand.ok_or(message!("reason-node-summand-unfit"))?;
        }
        floats::output(
            product.mapv(|x| x as f32).into_dyn(),
            known::tensor(inputs, 0)?,
        )
    }

    fn macs(&self, inputs: &[Option<Vec<usize>>], output: &[usize]) -> u64 {
        let a = inputs.first().and_then(Option::as_ref);
        let depth = a.and_then(|a| a.get(usize::from(!self.trans_a))).copied();
        known::count(output).saturating_mul(depth.unwrap_or(0) as u64)
    }

    fn matrices(&self) -> &'static [usize] {
        &[1]
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
                &message!("reason-frozen-computed-product"),
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

    fn learned(&self) -> &'static [usize] {
        &[1, 2]
    }

    fn differentiable(
        &self,
        context: &LearnContext<'_>,
    ) -> Result<Option<Box<dyn Differentiable>>, Message> {
        let (a, output) = (context.needed(0)?, &context.outputs[0]);
        let columns = output[1];
        let summand = context.shape(2).map(|shape| {
            // Axes count from the last; one that is absent or of length 1 is broadcast.
            let length = |back: usize| shape.len().checked_sub(back).map_or(1, |at| shape[at]);
            let (rows, wide) = (length(2), length(1));
            (if rows > 1 { wide } else { 0 }, usize::from(wide > 1))
        });
        Ok(Some(Box::new(Dense {
            rows: output[0],
            depth: a[usize::from(!self.trans_a)],
            columns,
            trans_a: self.trans_a,
            trans_b: self.trans_b,
            alpha: self.alpha,
            beta: self.beta,
            summand,
        })))
    }

    fn linear(&self, context: &LearnContext<'_>) -> Result<Option<Linear>, Message> {
        let (a, columns) = (context.needed(0)?, context.outputs[0][1]);
        let full_row = context.shape(2).is_none_or(|shape| shape == [columns]);
        if self.trans_a || self.alpha != 1.0 || self.beta != 1.0 || !full_row {
            return Ok(None);
        }
        let bias = context.has(2).then_some(2);
        let size = [a[1], columns];
        Ok(Some(Linear::rows(bias, 1, size, self.trans_b)))
    }

    fn takes_epilogue(&self) -> bool {
        true
    }

    fn kernel(&self, context: &KernelContext<'_>) -> Result<Option<Box<dyn Kernel>>, Message> {
        let (Some(a), Some(weights), [output]) =
            (context.shape(0), context.floats(1), context.outputs)
        else {
            return Ok(None);
        };
        let (rows, columns) = (output[0], output[1]);
        let depth = a[1];
        if self.trans_a || context.constant(0).is_some() {
            return Ok(None);
        }
        let mut summand = match (context.has(2), context.shape(2)) {
            (false, _) => Vec::new(),
            (true, Some(shape)) if shape.iter().rev().skip(1).all(|&n| n == 1) => {
                let Some(row) = context.floats(2) else {
                    return Ok(None);
                };
                let number = |j| self.beta * if row.len() == 1 { row[0] } else { row[j] };
                (0..columns).map(number).collect()
            }
            _ => return Ok(None),
        };
        if context.epilogue.residual && !summand.is_empty() {
            return Ok(None);
        }
        let mut scales = vec![self.alpha; columns];
        if context.epilogue.affine.is_some() {
            summand.resize(columns, 0.0);
        }
        context.fold_affine(&mut summand, |j, scale| scales[j] *= scale);
        let right = Columns::new(depth, columns, |k, j| {
            let at = if self.trans_b {
                j * depth + k
            } else {
                k * columns + j
            };
            scales[j] * weights[at]
        });
        Ok(Some(Box::new(MatrixProduct {
            size: Size {
                rows,
                depth,
                columns,
            },
            left: Operand::Given,
            right: Operand::Packed(right),
            pairs: vec![(0, 0)],
            summand,
            residual: context.epilogue.residual,
            activation: context.epilogue.activation,
        })))
    }
}
