//! Regions of an image: pooled to one size, put back where they were, or added up where they overlap.

use super::attributes::Attributes;
use super::coupling::{Axis, Rule};
use super::window::Window;
use super::{Known, Operator, doubles, known, places};
use crate::graph::{Dim, Node};
use crate::message::Message;
use crate::tensor::Tensor;

/// `RoiAlign`: rectangles of images, each pooled to the same size.
#[derive(Debug, Clone, PartialEq)]
pub struct RoiAlign {
    pub max: bool,
    pub height: usize,
    pub width: usize,
    /// Samples along each side of a bin; as many as it has pixels where 0.
    pub samples: usize,
    pub scale: f64,
    /// Pixels are squares around half-integers.
    pub half_pixel: bool,
}

/// `MaxUnpool`: each number back at the place that the second input names, zeros elsewhere.
#[derive(Debug, Clone, PartialEq)]
pub struct MaxUnpool {
    pub window: Window,
}

/// `Col2Im`: the columns of windows added up where they overlap.
#[derive(Debug, Clone, PartialEq)]
pub struct Col2Im {
    pub strides: Option<Vec<usize>>,
    pub dilations: Option<Vec<usize>>,
    pub pads: Option<Vec<usize>>,
}

/// Samples a side, of a region without a number of them: more no honest region asks for.
const MOST_SAMPLES: f64 = 4096.0;

impl RoiAlign {
    pub fn parse(node: &Node, opset: i64) -> Result<Self, Message> {
        let attributes = Attributes(node);
        let usual = if opset < 16 {
            "output_half_pixel"
        } else {
            "half_pixel"
        };
        Ok(RoiAlign {
            max: attributes.text("mode", "avg")? == "max",
            height: attributes.positive("output_height", 1)?,
            width: attributes.positive("output_width", 1)?,
            samples: usize::try_from(attributes.int("sampling_ratio", 0)?)
                .map_err(|_| doubles::inconsistent())?,
            scale: attributes.float("spatial_scale", 1.0)?.into(),
            half_pixel: attributes.text("coordinate_transformation_mode", usual)? == "half_pixel",
        })
    }
}

/// The pixels of an image that make a position between them, with their weights; none far outside.
fn bilinear(y: f64, x: f64, height: usize, width: usize) -> Vec<(usize, f64)> {
    let outside = |at: f64, size: usize| !(-1.0..=size as f64).contains(&at);
    if outside(y, height) || outside(x, width) || height == 0 || width == 0 {
        return Vec::new();
    }
    let along = |at: f64, size: usize| {
        let at = at.max(0.0).min(size as f64 - 1.0);
        let low = at as usize;
        (low, (low + 1).min(size - 1), at - low as f64)
    };
    let ((top, bottom, down), (left, right, over)) = (along(y, height), along(x, width));
    vec![
        (top * width + left, (1.0 - down) * (1.0 - over)),
        (top * width + right, (1.0 - down) * over),
        (bottom * width + left, down * (1.0 - over)),
        (bottom * width + right, down * over),
    ]
}

impl Operator for RoiAlign {
    fn infer(&self, inputs: &[Option<Known>]) -> Result<Vec<Known>, Message> {
        let (x, boxes) = (known::needed(inputs, 0)?, known::needed(inputs, 1)?);
        known::needed(inputs, 2)?;
        let ([_, channels, _, _], [count, _]) = (x.shape(), boxes.shape()) else {
            return Err(doubles::inconsistent());
        };
        let (height, width) = (self.height.into(), self.width.into());
        let shape = vec![count.clone(), channels.clone(), height, width];
        Ok(vec![Known::new(x.dtype(), shape)])
    }

    fn evaluate(&self, inputs: &[Option<&Tensor>]) -> Result<Vec<Tensor>, Message> {
        let shape = known::output_shapes(self, inputs)?.swap_remove(0);
        let x = known::tensor(inputs, 0)?;
        let (numbers, boxes) = (doubles::numbers(x)?, doubles::needed(inputs, 1)?);
        let batch = doubles::whole(inputs, 2)?;
        let [samples, channels, height, width] = [0, 1, 2, 3].map(|axis| x.shape()[axis]);
        if boxes.len() != 4 * shape[0] || batch.len() != shape[0] {
            return Err(doubles::inconsistent());
        }
        let offset = if self.half_pixel { 0.5 } else { 0.0 };
        let mut result = Vec::with_capacity(shape.iter().product());
        for (region, &sample) in boxes.chunks(4).zip(&batch) {
            let sample = usize::try_from(sample)
                .ok()
                .filter(|&sample| sample < samples);
            let sample = sample.ok_or_else(doubles::inconsistent)?;
            let corner = |i: usize| region[i] * self.scale - offset;
            let side = |low: usize| {
                let length = corner(low + 2) - corner(low);
                if self.half_pixel {
                    length
                } else {
                    length.max(1.0)
                }
            };
            let bin = [side(1) / self.height as f64, side(0) / self.width as f64];
            let counts = bin.map(|bin| match self.samples {
                0 => bin.ceil().clamp(0.0, MOST_SAMPLES) as usize,
                samples => samples.min(MOST_SAMPLES as usize),
            });
            for channel in 0..channels {
                let plane = height * width;
                let image = &numbers[(sample * channels + channel) * plane..][..plane];
                for row in 0..self.height {
                    for column in 0..self.width {
                        let (mut sum, mut most) = (0.0, f64::NEG_INFINITY);
                        for i in 0..counts[0] {
                            for j in 0..counts[1] {
                                let at = |start: f64, at: usize, bin: f64, i: usize, of: usize| {
                                    start + bin * (at as f64 + (i as f64 + 0.5) / of as f64)
                                };
                                let y = at(corner(1), row, bin[0], i, counts[0]);
                                let x = at(corner(0), column, bin[1], j, counts[1]);
                                let taps = bilinear(y, x, height, width);
                                let shares = taps.iter().map(|&(at, weight)| image[at] * weight);
                                sum += shares.clone().sum::<f64>();
                                most = match taps.is_empty() {
                                    true => most.max(0.0),
                                    false => shares.fold(most, f64::max),
                                };
                            }
                        }
                        let count = (counts[0] * counts[1]).max(1) as f64;
                        let most = if most.is_finite() { most } else { 0.0 };
                        result.push(if self.max { most } else { sum / count });
                    }
                }
            }
        }
        Ok(vec![doubles::tensor(x.dtype(), &shape, result)?])
    }

    fn slides(&self) -> bool {
        true
    }

    fn couple(&self, rule: &mut Rule<'_>) {
        let why = rule.across();
        let (Some(data), Some(out)) = (rule.node.input(0), rule.node.output(0)) else {
            return;
        };
        for value in rule.node.inputs.iter().skip(1).copied().flatten() {
            rule.freeze_value(value, &why);
        }
        for axis in 0..4 {
            rule.same_if(axis == 1, data, axis, out, axis, &why);
        }
    }
}

impl MaxUnpool {
    pub fn parse(node: &Node, _opset: i64) -> Result<Self, Message> {
        Ok(MaxUnpool {
            window: Window::parse(node)?,
        })
    }

    /// The shape that was pooled, as far as the attributes tell it.
    fn pooled(&self, spatial: &[usize]) -> Option<Vec<usize>> {
        let pads = match &self.window.padding {
            super::window::Padding::Explicit { begin, end } => (begin.clone(), end.clone()),
            _ => return None,
        };
        let sizes = spatial.iter().enumerate().map(|(axis, &size)| {
            let stride = self.window.strides.get(axis).copied().unwrap_or(1);
            let pad = |pads: &[usize]| pads.get(axis).copied().unwrap_or(0);
            let whole = size.checked_sub(1)?.checked_mul(stride)?;
            let whole = whole.checked_add(*self.window.kernel.get(axis)?)?;
            whole.checked_sub(pad(&pads.0).checked_add(pad(&pads.1))?)
        });
        sizes.collect()
    }
}

impl Operator for MaxUnpool {
    fn infer(&self, inputs: &[Option<Known>]) -> Result<Vec<Known>, Message> {
        let x = known::needed(inputs, 0)?;
        known::needed(inputs, 1)?;
        let [batch, channels, spatial @ ..] = x.shape() else {
            return Err(doubles::inconsistent());
        };
        let sizes = match known::given(inputs, 2) {
            Some(target) => {
                let Some(numbers) = target.numbers() else {
                    return Ok(Vec::new());
                };
                let sizes: Option<Vec<usize>> =
                    numbers.iter().map(|&n| usize::try_from(n).ok()).collect();
                let sizes = sizes.filter(|sizes| sizes.len() == x.rank());
                sizes.ok_or_else(doubles::inconsistent)?.split_off(2)
            }
            None => {
                let Some(spatial) = doubles::sizes(spatial) else {
                    return Ok(Vec::new());
                };
                self.pooled(&spatial).ok_or_else(doubles::inconsistent)?
            }
        };
        let mut shape = vec![batch.clone(), channels.clone()];
        shape.extend(sizes.into_iter().map(Dim::Known));
        Ok(vec![Known::new(x.dtype(), shape)])
    }

    fn evaluate(&self, inputs: &[Option<&Tensor>]) -> Result<Vec<Tensor>, Message> {
        let shape = known::output_shapes(self, inputs)?.swap_remove(0);
        let x = known::tensor(inputs, 0)?;
        let numbers = doubles::numbers(x)?;
        // The places count in the shape that was pooled, which the target may only pad.
        let pooled = self
            .pooled(&x.shape()[2..])
            .ok_or_else(doubles::inconsistent)?;
        let before = [&x.shape()[..2], &pooled].concat();
        let (from, to) = (places::strides(&before), places::strides(&shape));
        let mut result = vec![0.0; shape.iter().product()];
        for (&place, number) in doubles::whole(inputs, 1)?.iter().zip(numbers) {
            let place = usize::try_from(place).map_err(|_| doubles::inconsistent())?;
            let steps = from.iter().zip(&to).zip(&before);
            let moved = steps
                .map(|((&from, &to), &size)| place / from % size.max(1) * to)
                .sum::<usize>();
            *result.get_mut(moved).ok_or_else(doubles::inconsistent)? = number;
        }
        Ok(vec![doubles::tensor(x.dtype(), &shape, result)?])
    }

    fn couple(&self, rule: &mut Rule<'_>) {
        rule.freeze_across();
    }
}

impl Col2Im {
    pub fn parse(node: &Node, _opset: i64) -> Result<Self, Message> {
        let attributes = Attributes(node);
        Ok(Col2Im {
            strides: attributes.sizes("strides")?,
            dilations: attributes.sizes("dilations")?,
            pads: attributes.sizes("pads")?,
        })
    }
}

impl Operator for Col2Im {
    fn infer(&self, inputs: &[Option<Known>]) -> Result<Vec<Known>, Message> {
        let x = known::needed(inputs, 0)?;
        let lists = [1, 2].map(|i| known::given(inputs, i).and_then(Known::numbers));
        let [Some(image), Some(block)] = lists else {
            return Ok(Vec::new());
        };
        let sizes = |list: &[i64]| -> Option<Vec<usize>> {
            list.iter().map(|&n| usize::try_from(n).ok()).collect()
        };
        let [batch, columns, _] = x.shape() else {
            return Err(doubles::inconsistent());
        };
        let (Some(image), Some(block)) = (sizes(&image), sizes(&block)) else {
            return Err(doubles::inconsistent());
        };
        let block = block
            .iter()
            .try_fold(1usize, |n, &size| n.checked_mul(size));
        let channels = match (columns.known(), block) {
            (Some(columns), Some(block)) if block > 0 && columns.is_multiple_of(block) => {
                columns / block
            }
            (None, _) => return Ok(Vec::new()),
            _ => return Err(doubles::inconsistent()),
        };
        let mut shape = vec![batch.clone(), channels.into()];
        shape.extend(image.into_iter().map(Dim::Known));
        Ok(vec![Known::new(x.dtype(), shape)])
    }

    fn evaluate(&self, inputs: &[Option<&Tensor>]) -> Result<Vec<Tensor>, Message> {
        let shape = known::output_shapes(self, inputs)?.swap_remove(0);
        let x = known::tensor(inputs, 0)?;
        let numbers = doubles::numbers(x)?;
        let block: Vec<usize> = doubles::whole(inputs, 2)?
            .iter()
            .map(|&n| n as usize)
            .collect();
        let image = &shape[2..];
        let axes = image.len();
        let at = |list: &Option<Vec<usize>>, axis: usize, default| {
            list.as_ref()
                .and_then(|list| list.get(axis).copied())
                .unwrap_or(default)
        };
        let windows: Option<Vec<usize>> = (0..axes)
            .map(|axis| {
                let reach =
                    at(&self.dilations, axis, 1).checked_mul(block.get(axis)?.checked_sub(1)?)?;
                let padded = image[axis]
                    .checked_add(at(&self.pads, axis, 0))?
                    .checked_add(at(&self.pads, axis + axes, 0))?;
                Some(
                    padded.checked_sub(reach.checked_add(1)?)?.checked_div(at(
                        &self.strides,
                        axis,
                        1,
                    ))? + 1,
                )
            })
            .collect();
        let windows = windows
            .filter(|_| block.len() == axes)
            .ok_or_else(doubles::inconsistent)?;
        let fits = windows
            .iter()
            .try_fold(1usize, |n, &size| n.checked_mul(size));
        if fits != Some(x.shape()[2]) {
            return Err(doubles::inconsistent());
        }
        let steps = places::strides(image);
        let plane: usize = image.iter().product();
        let mut result = vec![0.0; shape.iter().product()];
        let mut from = 0;
        for target in result.chunks_mut(plane.max(1)) {
            places::each(&block, |inside| {
                places::each(&windows, |window| {
                    let place = (0..axes).map(|axis| {
                        let along = window[axis] * at(&self.strides, axis, 1)
                            + inside[axis] * at(&self.dilations, axis, 1);
                        let along = along.checked_sub(at(&self.pads, axis, 0))?;
                        (along < image[axis]).then_some(along * steps[axis])
                    });
                    if let Some(place) = place.sum::<Option<usize>>() {
                        target[place] += numbers[from];
                    }
                    from += 1;
                });
            });
        }
        Ok(vec![doubles::tensor(x.dtype(), &shape, result)?])
    }

    fn couple(&self, rule: &mut Rule<'_>) {
        let why = rule.across();
        if let (Some(data), Some(out)) = (rule.node.input(0), rule.node.output(0)) {
            rule.same(Axis::of(data, 0), Axis::of(out, 0));
        }
        rule.freeze_all(&why);
    }
}
