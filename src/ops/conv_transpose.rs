//! Transposed convolution.

use super::attributes::Attributes;
use super::coupling::Rule;
use super::window::Window;
use super::{Known, Operator};
use crate::graph::Node;
use crate::tensor::Tensor;

/// `ConvTranspose`: data (batch, channels, spatial…), weights (in, out / group, kernel…), an optional bias (out).
#[derive(Debug, Clone, PartialEq)]
pub struct ConvTranspose {
    pub group: usize,
    pub window: Window,
    /// Extra length at the end of each spatial axis; empty means none.
    pub output_padding: Vec<usize>,
    /// The spatial size to reach, where the padding follows from it.
    pub output_shape: Option<Vec<usize>>,
}

impl ConvTranspose {
    pub fn parse(node: &Node, _opset: i64) -> Result<Self, String> {
        let attributes = Attributes(node);
        Ok(ConvTranspose {
            group: attributes.positive("group", 1)?,
            window: Window::parse(node)?,
            output_padding: attributes.sizes("output_padding")?.unwrap_or_default(),
            output_shape: attributes.sizes("output_shape")?,
        })
    }
}

impl Operator for ConvTranspose {
    fn infer(&self, _inputs: &[Option<Known>]) -> Result<Vec<Known>, String> {
        Err("has no shape rule yet".into())
    }

    fn evaluate(&self, _inputs: &[Option<&Tensor>]) -> Result<Vec<Tensor>, String> {
        Err("cannot be computed yet".into())
    }

    fn couple(&self, rule: &mut Rule<'_>) {
        rule.freeze_all("transposed convolutions have no coupling rule");
    }
}
