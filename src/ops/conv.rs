//! Convolution over one or two spatial axes.

use super::attributes::Attributes;
use super::coupling::Rule;
use super::window::Window;
use super::{Known, Operator};
use crate::graph::Node;
use crate::tensor::Tensor;

/// `Conv`: data (batch, channels, spatial…), weights (out, in / group, kernel…), an optional bias (out).
#[derive(Debug, Clone, PartialEq)]
pub struct Conv {
    pub group: usize,
    pub window: Window,
}

impl Conv {
    pub fn parse(node: &Node, _opset: i64) -> Result<Self, String> {
        let attributes = Attributes(node);
        Ok(Conv {
            group: attributes.positive("group", 1)?,
            window: Window::parse(node)?,
        })
    }
}

impl Operator for Conv {
    fn infer(&self, _inputs: &[Option<Known>]) -> Result<Vec<Known>, String> {
        Err("has no shape rule yet".into())
    }

    fn evaluate(&self, _inputs: &[Option<&Tensor>]) -> Result<Vec<Tensor>, String> {
        Err("cannot be computed yet".into())
    }

    fn couple(&self, rule: &mut Rule<'_>) {
        rule.freeze_all("convolutions have no coupling rule");
    }
}
