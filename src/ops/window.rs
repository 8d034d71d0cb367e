//! The geometry of a sliding window, shared by convolutions and pools.

use super::attributes::Attributes;
use crate::graph::Node;

/// What lies around the data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Padding {
    /// So many zeros before and after, by axis; empty lists mean none.
    Explicit {
        begin: Vec<usize>,
        end: Vec<usize>,
    },
    /// As much as makes the output `ceil(input / stride)` long, the odd one at the end.
    SameUpper,
    /// The same with the odd one at the beginning.
    SameLower,
    Valid,
}

/// Attributes of a window. Empty lists mean 1 along each axis.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Window {
    /// Empty where the node leaves it to the weights.
    pub kernel: Vec<usize>,
    pub strides: Vec<usize>,
    pub dilations: Vec<usize>,
    pub padding: Padding,
    /// Round the output's length up instead of down.
    pub ceil_mode: bool,
}

impl Window {
    pub fn parse(node: &Node) -> Result<Self, String> {
        let attributes = Attributes(node);
        let positive = |name: &str| {
            let sizes = attributes.sizes(name)?.unwrap_or_default();
            match sizes.contains(&0) {
                true => Err(format!("has a 0 in attribute “{name}”")),
                false => Ok(sizes),
            }
        };
        let padding = match attributes.text("auto_pad", "NOTSET")? {
            "NOTSET" | "" => {
                let mut begin = attributes.sizes("pads")?.unwrap_or_default();
                if begin.len() % 2 == 1 {
                    return Err("has an odd count of numbers in attribute “pads”".into());
                }
                let end = begin.split_off(begin.len() / 2);
                Padding::Explicit { begin, end }
            }
            "SAME_UPPER" => Padding::SameUpper,
            "SAME_LOWER" => Padding::SameLower,
            "VALID" => Padding::Valid,
            other => return Err(format!("has an unknown “auto_pad”: “{other}”")),
        };
        Ok(Window {
            kernel: positive("kernel_shape")?,
            strides: positive("strides")?,
            dilations: positive("dilations")?,
            padding,
            ceil_mode: attributes.flag("ceil_mode", false)?,
        })
    }

    /// Whether no position lies outside the data: no padding, or one that comes to nothing.
    pub fn has_no_border(&self) -> bool {
        match &self.padding {
            Padding::Explicit { begin, end } => begin.iter().chain(end).all(|&pad| pad == 0),
            Padding::SameUpper | Padding::SameLower => {
                !self.kernel.is_empty() && self.kernel.iter().all(|&side| side == 1)
            }
            Padding::Valid => true,
        }
    }
}

/// A window along one spatial axis, everything decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    pub input: usize,
    pub kernel: usize,
    pub stride: usize,
    pub dilation: usize,
    pub pad_begin: usize,
    pub pad_end: usize,
    pub output: usize,
}
