//! The geometry of a sliding window, shared by convolutions and pools.

use super::attributes::Attributes;
use crate::graph::{Dim, Node, Product};
use crate::kernels;
use crate::message::Message;

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
    /// Reads what convolutions and pools share: `kernel_shape`, `strides`, `dilations`, `pads`, `auto_pad`, `ceil_mode`. Errors: an
    /// attribute of another type, a negative size, a stride or dilation of 0.
    pub fn parse(node: &Node) -> Result<Self, Message> {
        let attributes = Attributes(node);
        let positive = |name: &str| {
            let sizes = attributes.sizes(name)?.unwrap_or_default();
            match sizes.contains(&0) {
                true => Err(message!("reason-node-zero", name = name)),
                false => Ok(sizes),
            }
        };
        let padding = match attributes.text("auto_pad", "NOTSET")? {
            "NOTSET" | "" => {
                let mut begin = attributes.sizes("pads")?.unwrap_or_default();
                if begin.len() % 2 == 1 {
                    return Err(message!("reason-node-odd-pads"));
                }
                let end = begin.split_off(begin.len() / 2);
                Padding::Explicit { begin, end }
            }
            "SAME_UPPER" => Padding::SameUpper,
            "SAME_LOWER" => Padding::SameLower,
            "VALID" => Padding::Valid,
            other => return Err(message!("reason-node-auto-pad", mode = other)),
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

impl Span {
    /// The input position that kernel position `k` reads at output position `at`; `None` in the padding.
    pub fn reads(&self, at: usize, k: usize) -> Option<usize> {
        let place = (at * self.stride + k * self.dilation).checked_sub(self.pad_begin)?;
        (place < self.input).then_some(place)
    }

    /// Whether that position lies in the input or its padding, and not past the end where the output's length was
    /// rounded up.
    pub fn in_padded(&self, at: usize, k: usize) -> bool {
        at * self.stride + k * self.dilation < self.pad_begin + self.input + self.pad_end
    }
}

/// Lengths that stand in for those that nothing tells: large, and with no common divisor.
const STAND_INS: [usize; 2] = [4099, 8209];

/// What `resolve` makes of spatial lengths of which nothing tells some yet: a known length of each known one. One that is not known stays
/// itself, or a multiple of itself, where both stand-ins say so.
///
/// Fails as `resolve` does.
pub fn lengths(
    spatial: &[Dim],
    resolve: impl Fn(&[usize]) -> Result<Vec<usize>, Message>,
) -> Result<Vec<Dim>, Message> {
    let with = |stand_in: usize| {
        let lengths = spatial.iter().map(|dim| dim.known().unwrap_or(stand_in));
        resolve(&lengths.collect::<Vec<_>>())
    };
    if spatial.iter().all(|dim| dim.known().is_some()) {
        return Ok(with(1)?.into_iter().map(Dim::Known).collect());
    }
    let [first, second] = [with(STAND_INS[0])?, with(STAND_INS[1])?];
    let outputs = spatial.iter().zip(first.into_iter().zip(second));
    let lengths = outputs.map(|(dim, (first, second))| {
        if dim.known().is_some() {
            return Dim::Known(first);
        }
        let times = first / STAND_INS[0];
        let is_multiple = [first, second] == STAND_INS.map(|length| times * length);
        let product = Product::of(&[times.into(), dim.clone()]);
        match product.filter(|_| is_multiple && times > 0) {
            Some(product) => product.dim(),
            None => Dim::unnamed(),
        }
    });
    Ok(lengths.collect())
}

/// The two spatial axes as kernels take them; one axis counts as a single row. `None` for more than two.
pub fn planar(spans: &[Span]) -> Option<(kernels::Span, kernels::Span)> {
    let plain = |span: &Span| kernels::Span {
        input: span.input,
        kernel: span.kernel,
        stride: span.stride,
        dilation: span.dilation,
        pad_begin: span.pad_begin,
        pad_end: span.pad_end,
        output: span.output,
    };
    match spans {
        [columns] => Some((kernels::Span::pointwise(1), plain(columns))),
        [rows, columns] => Some((plain(rows), plain(columns))),
        _ => None,
    }
}

impl Window {
    /// Fails where the attributes do not speak of as many axes as the kernel has.
    pub fn check(&self, kernel: &[usize]) -> Result<(), Message> {
        let pads = match &self.padding {
            Padding::Explicit { begin, .. } => begin.len(),
            _ => 0,
        };
        let lengths = [
            self.kernel.len(),
            self.strides.len(),
            self.dilations.len(),
            pads,
        ];
        if lengths.into_iter().any(|n| n != 0 && n != kernel.len()) {
            return Err(message!(
                "reason-node-spatial-attributes",
                axes = kernel.len()
            ));
        }
        if kernel.contains(&0) || !self.kernel.is_empty() && self.kernel != kernel {
            return Err(message!(
                "reason-node-kernel-shape",
                attribute = format!("{:?}", self.kernel),
                kernel = format!("{kernel:?}")
            ));
        }
        Ok(())
    }

    /// Decides everything for data of these spatial sizes and a kernel of this shape.
    pub fn resolve(&self, spatial: &[usize], kernel: &[usize]) -> Result<Vec<Span>, Message> {
        self.check(kernel)?;
        if spatial.len() != kernel.len() {
            return Err(message!(
                "reason-node-window-axes",
                axes = kernel.len(),
                spatial = spatial.len()
            ));
        }
        let axes = spatial.iter().zip(kernel).enumerate();
        axes.map(|(axis, (&input, &kernel))| self.span(axis, input, kernel))
            .collect()
    }

    /// The output's length along each spatial axis, of which some may be open.
    pub fn outputs(&self, spatial: &[Dim], kernel: &[usize]) -> Result<Vec<Dim>, Message> {
        lengths(spatial, |spatial| {
            let spans = self.resolve(spatial, kernel)?;
            Ok(spans.iter().map(|span| span.output).collect())
        })
    }

    /// The two spatial axes as kernels take them; one axis counts as a single row. `None` for more than two.
    pub fn planar(
        &self,
        spatial: &[usize],
        kernel: &[usize],
    ) -> Result<Option<(kernels::Span, kernels::Span)>, Message> {
        Ok(planar(&self.resolve(spatial, kernel)?))
    }

    fn span(&self, axis: usize, input: usize, kernel: usize) -> Result<Span, Message> {
        let at = |list: &[usize], default| list.get(axis).copied().unwrap_or(default);
        let stride = at(&self.strides, 1);
        let dilation = at(&self.dilations, 1);
        let too_large = || message!("reason-node-window-too-large");
        let reach = dilation
            .checked_mul(kernel - 1)
            .and_then(|reach| reach.checked_add(1))
            .filter(|&reach| reach <= MAX_LENGTH && input <= MAX_LENGTH && stride <= MAX_LENGTH)
            .ok_or_else(too_large)?;
        let (pad_begin, pad_end) = match &self.padding {
            Padding::Explicit { begin, end } => (at(begin, 0), at(end, 0)),
            Padding::Valid => (0, 0),
            same => {
                let output = input.div_ceil(stride);
                let total = (output.saturating_sub(1) * stride + reach).saturating_sub(input);
                match same {
                    Padding::SameLower => (total.div_ceil(2), total / 2),
                    _ => (total / 2, total.div_ceil(2)),
                }
            }
        };
        if pad_begin > MAX_LENGTH || pad_end > MAX_LENGTH {
            return Err(too_large());
        }
        let padded = pad_begin + input + pad_end;
        let room = padded.checked_sub(reach).ok_or_else(|| {
            message!(
                "reason-node-window-reach",
                reach = reach,
                input = input,
                padded = padded
            )
        })?;
        let mut output = match self.ceil_mode {
            true => room.div_ceil(stride) + 1,
            false => room / stride + 1,
        };
        // A window that would begin beyond the data and its first padding is left out.
        if self.ceil_mode && (output - 1) * stride >= pad_begin + input {
            output -= 1;
        }
        Ok(Span {
            input,
            kernel,
            stride,
            dilation,
            pad_begin,
            pad_end,
            output,
        })
    }
}

/// No axis is longer; sums and products of two lengths stay far from overflow on 64 bits, and a stride times a
/// position stays within the padded input.
const MAX_LENGTH: usize = 1 << 24;
