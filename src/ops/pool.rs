//! Pooling over windows.

use super::attributes::Attributes;
use super::backward::LearnContext;
use super::coupling::Rule;
use super::doubles;
use super::floats;
use super::global_pool::power;
use super::known;
use super::lowering::KernelContext;
use super::uniform::Slice;
use super::window::Window;
use super::{Known, Operator};
use crate::graph::Node;
use crate::kernels::Kernel;
use crate::kernels::grad::Differentiable;
use crate::kernels::grad::pool as learn;
use crate::kernels::pool::{self, Pooling};
use crate::message::Message;
use crate::tensor::{DType, Tensor};
use ndarray::{ArrayD, Dimension, IxDyn};

/// What becomes of the numbers in a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PoolKind {
    Max,
    /// The mean, the padding counted in or not.
    Average {
        count_include_pad: bool,
    },
    /// The root of the sum of powers.
    Lp {
        power: i32,
    },
}

/// `MaxPool`, `LpPool` or `AveragePool` of data (batch, channels, spatial…).
#[derive(Debug, Clone, PartialEq)]
pub struct Pool {
    pub kind: PoolKind,
    pub window: Window,
    /// The places of the largest, the second output, count down the columns first.
    pub by_columns: bool,
}

impl Pool {
    pub fn parse(node: &Node, _opset: i64) -> Result<Self, Message> {
        let attributes = Attributes(node);
        let kind = match node.op_type.as_str() {
            "MaxPool" => PoolKind::Max,
            "LpPool" => PoolKind::Lp {
                power: power(node)?,
            },
            _ => PoolKind::Average {
                count_include_pad: attributes.flag("count_include_pad", false)?,
            },
        };
        let window = Window::parse(node)?;
        if window.kernel.is_empty() {
            return Err(message!(
                "reason-node-needs-attribute",
                name = "kernel_shape"
            ));
        }
        Ok(Pool {
            kind,
            window,
            by_columns: attributes.flag("storage_order", false)?,
        })
    }

    /// The number of a place in an image that the second output gives.
    fn number(&self, place: &[usize], shape: &[usize]) -> i64 {
        let mut order: Vec<usize> = (0..shape.len()).collect();
        if self.by_columns {
            order[2..].reverse();
        }
        let number = order
            .iter()
            .fold(0, |sum, &axis| sum * shape[axis] + place[axis]);
        number as i64
    }
}

impl Operator for Pool {
    fn infer(&self, inputs: &[Option<Known>]) -> Result<Vec<Known>, Message> {
        let x = known::needed(inputs, 0)?;
        let [batch, channels, spatial @ ..] = x.shape() else {
            return Err(message!(
                "reason-node-needs-batch",
                shape = known::display(x.shape())
            ));
        };
        let mut shape = vec![batch.clone(), channels.clone()];
        shape.extend(self.window.outputs(spatial, &self.window.kernel)?);
        let mut outputs = vec![Known::new(x.dtype(), shape.clone())];
        if self.kind == PoolKind::Max {
            outputs.push(Known::new(DType::I64, shape));
        }
        Ok(outputs)
    }

    fn evaluate(&self, inputs: &[Option<&Tensor>]) -> Result<Vec<Tensor>, Message> {
        let shape = known::output_shapes(self, inputs)?.swap_remove(0);
        let data = known::tensor(inputs, 0)?;
        // Few-bit whole numbers are pooled as well.
        let data = match data.dtype().is_float() {
            true => data.clone(),
            false => data
                .cast(DType::F32)
                .ok_or_else(|| doubles::unfit(data.dtype()))?,
        };
        let x = floats::floats(&data)?;
        let spans = self.window.resolve(&x.shape()[2..], &self.window.kernel)?;
        let kernel = IxDyn(&self.window.kernel);
        let mut largest = Vec::new();
        let output = ArrayD::from_shape_fn(IxDyn(&shape), |at| {
            let (mut max, mut sum, mut count) = (f32::NEG_INFINITY, 0.0f64, 0usize);
            let mut found = 0;
            for offset in ndarray::indices(kernel.clone()) {
                let mut place = vec![at[0], at[1]];
                let mut padded = true;
                for (axis, span) in spans.iter().enumerate() {
                    place.extend(span.reads(at[axis + 2], offset[axis]));
                    padded &= span.in_padded(at[axis + 2], offset[axis]);
                }
                let inside = place.len() == at.ndim();
                if inside {
                    let number = x[&place[..]];
                    if number > max || number.is_nan() {
                        (max, found) = (number, self.number(&place, x.shape()));
                    }
                    sum += match self.kind {
                        PoolKind::Lp { power } => f64::from(number).abs().powi(power),
                        _ => f64::from(number),
                    };
                }
                count += usize::from(match self.kind {
                    PoolKind::Average {
                        count_include_pad: true,
                    } => padded,
                    _ => inside,
                });
            }
            largest.push(found);
            match self.kind {
                PoolKind::Max => max,
                PoolKind::Average { .. } => (sum / count as f64) as f32,
                PoolKind::Lp { power } => sum.powf(1.0 / f64::from(power)) as f32,
            }
        });
        let mut outputs = floats::output(output, known::tensor(inputs, 0)?)?;
        if self.kind == PoolKind::Max {
            outputs.push(doubles::indices(&shape, largest)?);
        }
        Ok(outputs)
    }

    fn slides(&self) -> bool {
        true
    }

    fn couple(&self, rule: &mut Rule<'_>) {
        if rule.node.output(1).is_some() {
            return rule.freeze_all(&message!("reason-frozen-pool-indices"));
        }
        rule.per_channel(&message!("reason-frozen-pool-window"));
    }

    fn uniform(&self, slice: &Slice<'_>) -> Option<f32> {
        if slice.output > 0 {
            return None;
        }
        let inside = slice.carried()?;
        let counts_border = match self.kind {
            PoolKind::Average { count_include_pad } => {
                count_include_pad && (self.window.ceil_mode || !self.window.has_no_border())
            }
            PoolKind::Max => false,
            PoolKind::Lp { .. } => true,
        };
        (!counts_border || inside == 0.0).then_some(inside)
    }

    fn kernel(&self, context: &KernelContext<'_>) -> Result<Option<Box<dyn Kernel>>, Message> {
        let (Some(data), [_]) = (context.shape(0), context.outputs) else {
            return Ok(None);
        };
        let Some((rows, columns)) = context.spans(&self.window, &self.window.kernel)? else {
            return Ok(None);
        };
        let pooling = match self.kind {
            PoolKind::Max => Pooling::Max,
            PoolKind::Average {
                count_include_pad: true,
            } => Pooling::PaddedMean,
            PoolKind::Average { .. } => Pooling::Mean,
            PoolKind::Lp { .. } => return Ok(None),
        };
        let kernel = pool::Pool::new(data[0] * data[1], rows, columns, pooling);
        Ok(Some(Box::new(kernel)))
    }

    fn differentiable(
        &self,
        context: &LearnContext<'_>,
    ) -> Result<Option<Box<dyn Differentiable>>, Message> {
        let (data, [_]) = (context.needed(0)?, context.outputs) else {
            return Ok(None);
        };
        let Some((rows, columns)) = context.spans(&self.window, &self.window.kernel)? else {
            return Ok(None);
        };
        let planes = data[0] * data[1];
        Ok(Some(match self.kind {
            PoolKind::Max => Box::new(learn::MaxPool::new(planes, rows, columns)),
            PoolKind::Average { count_include_pad } => {
                let pool = learn::MeanPool::new(planes, rows, columns, count_include_pad);
                Box::new(pool)
            }
            PoolKind::Lp { .. } => return Ok(None),
        }))
    }
}
