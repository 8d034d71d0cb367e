//! Pooling over windows.

use super::attributes::Attributes;
use super::coupling::Rule;
use super::uniform::Slice;
use super::window::Window;
use super::{Known, Operator};
use crate::graph::Node;
use crate::tensor::Tensor;

/// What becomes of the numbers in a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PoolKind {
    Max,
    /// The mean, the padding counted in or not.
    Average {
        count_include_pad: bool,
    },
}

/// `MaxPool` or `AveragePool` of data (batch, channels, spatial…).
#[derive(Debug, Clone, PartialEq)]
pub struct Pool {
    pub kind: PoolKind,
    pub window: Window,
}

impl Pool {
    pub fn parse(node: &Node, _opset: i64) -> Result<Self, String> {
        let attributes = Attributes(node);
        let kind = match node.op_type.as_str() {
            "MaxPool" => PoolKind::Max,
            _ => PoolKind::Average {
                count_include_pad: attributes.flag("count_include_pad", false)?,
            },
        };
        let window = Window::parse(node)?;
        if window.kernel.is_empty() {
            return Err("needs the attribute “kernel_shape”".into());
        }
        Ok(Pool { kind, window })
    }
}

impl Operator for Pool {
    fn infer(&self, _inputs: &[Option<Known>]) -> Result<Vec<Known>, String> {
        Err("has no shape rule yet".into())
    }

    fn evaluate(&self, _inputs: &[Option<&Tensor>]) -> Result<Vec<Tensor>, String> {
        Err("cannot be computed yet".into())
    }

    fn couple(&self, rule: &mut Rule<'_>) {
        if rule.node.output(1).is_some() {
            return rule.freeze_all("a pooling also gives out the places of the largest");
        }
        rule.per_channel("a pooling window slides along it");
    }

    fn uniform(&self, slice: &Slice<'_>) -> Option<f32> {
        let inside = slice.carried()?;
        let counts_border = match self.kind {
            PoolKind::Average { count_include_pad } => {
                count_include_pad && (self.window.ceil_mode || !self.window.has_no_border())
            }
            PoolKind::Max => false,
        };
        (!counts_border || inside == 0.0).then_some(inside)
    }
}
