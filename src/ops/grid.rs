//! Sampling an image at positions that are computed.

use super::attributes::Attributes;
use super::coupling::{Axis, Rule};
use super::{Known, Operator, doubles, known, places};
use crate::graph::{Dim, Node};
use crate::message::Message;
use crate::tensor::Tensor;

/// `AffineGrid`: positions in an image, from −1 to 1, moved by a matrix for each sample.
#[derive(Debug, Clone, PartialEq)]
pub struct AffineGrid {
    /// −1 and 1 are the middles of the outermost pixels, not their outer edges.
    pub align_corners: bool,
}

/// `GridSample`: for each position of a grid what the image shows there.
#[derive(Debug, Clone, PartialEq)]
pub struct GridSample {
    pub interpolation: Interpolation,
    pub border: Border,
    pub align_corners: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Interpolation {
    Nearest,
    Linear,
    Cubic,
}

/// What lies around the image.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Border {
    Zeros,
    Edge,
    Reflection,
}

impl AffineGrid {
    pub fn parse(node: &Node, _opset: i64) -> Result<Self, Message> {
        Ok(AffineGrid {
            align_corners: Attributes(node).flag("align_corners", false)?,
        })
    }
}

impl Operator for AffineGrid {
    fn infer(&self, inputs: &[Option<Known>]) -> Result<Vec<Known>, Message> {
        let theta = known::needed(inputs, 0)?;
        let Some(sizes) = known::needed(inputs, 1)?.numbers() else {
            return Ok(Vec::new());
        };
        let sizes: Option<Vec<usize>> = sizes.iter().map(|&n| usize::try_from(n).ok()).collect();
        let sizes = sizes
            .filter(|sizes| (4..=5).contains(&sizes.len()))
            .ok_or_else(doubles::inconsistent)?;
        let axes = sizes.len() - 2;
        let matrix = [sizes[0], axes, axes + 1].map(Dim::Known);
        if theta.shape() != matrix {
            return Err(doubles::inconsistent());
        }
        let mut shape: Vec<Dim> = vec![sizes[0].into()];
        shape.extend(sizes[2..].iter().map(|&size| Dim::Known(size)));
        shape.push(axes.into());
        Ok(vec![Known::new(theta.dtype(), shape)])
    }

    fn evaluate(&self, inputs: &[Option<&Tensor>]) -> Result<Vec<Tensor>, Message> {
        let shape = known::output_shapes(self, inputs)?.swap_remove(0);
        let theta = known::tensor(inputs, 0)?;
        let matrices = doubles::numbers(theta)?;
        let axes = shape.len() - 2;
        let mut grid = Vec::with_capacity(shape.iter().product());
        places::each(&shape, |at| {
            let row = (at[0] * axes + at[axes + 1]) * (axes + 1);
            let row = &matrices[row..][..axes + 1];
            // The last spatial axis is the first coordinate.
            let position = |k: usize| {
                let (at, size) = (at[axes - k] as f64, shape[axes - k] as f64);
                match self.align_corners {
                    true => -1.0 + 2.0 * at / (size - 1.0),
                    false => -1.0 + (2.0 * at + 1.0) / size,
                }
            };
            let moved: f64 = (0..axes).map(|k| row[k] * position(k)).sum();
            grid.push(moved + row[axes]);
        });
        Ok(vec![doubles::tensor(theta.dtype(), &shape, grid)?])
    }

    fn couple(&self, rule: &mut Rule<'_>) {
        rule.freeze_across();
    }
}

impl GridSample {
    pub fn parse(node: &Node, _opset: i64) -> Result<Self, Message> {
        let attributes = Attributes(node);
        Ok(GridSample {
            interpolation: match attributes.text("mode", "linear")? {
                "linear" | "bilinear" => Interpolation::Linear,
                "cubic" | "bicubic" => Interpolation::Cubic,
                "nearest" => Interpolation::Nearest,
                mode => return Err(message!("reason-node-unknown-mode", mode = mode)),
            },
            border: match attributes.text("padding_mode", "zeros")? {
                "zeros" => Border::Zeros,
                "border" => Border::Edge,
                "reflection" => Border::Reflection,
                mode => return Err(message!("reason-node-unknown-mode", mode = mode)),
            },
            align_corners: attributes.flag("align_corners", false)?,
        })
    }

    /// Where along an axis of `size` pixels a coordinate from −1 to 1 lies.
    fn position(&self, coordinate: f64, size: usize) -> f64 {
        let size = size as f64;
        let at = match self.align_corners {
            true => (coordinate + 1.0) / 2.0 * (size - 1.0),
            false => ((coordinate + 1.0) * size - 1.0) / 2.0,
        };
        // Far outside is as good as infinitely far.
        let at = if at.is_nan() {
            -1e9
        } else {
            at.clamp(-1e9, 1e9)
        };
        self.reflected(at, size)
    }

    /// A position thrown back at the borders, where they reflect.
    fn reflected(&self, at: f64, size: f64) -> f64 {
        let (low, high) = match self.align_corners {
            true => (0.0, size - 1.0),
            false => (-0.5, size - 0.5),
        };
        match self.border {
            Border::Reflection if high > low => {
                let period = 2.0 * (high - low);
                let along = (at - low).rem_euclid(period);
                low + along.min(period - along)
            }
            Border::Reflection => 0.0,
            Border::Edge => at.clamp(0.0, (size - 1.0).max(0.0)),
            Border::Zeros => at,
        }
    }

    /// The pixels along one axis that make a position, with their weights.
    fn taps(&self, at: f64, size: usize) -> Vec<(usize, f64)> {
        let floor = at.floor();
        let t = at - floor;
        let taps: Vec<(f64, f64)> = match self.interpolation {
            Interpolation::Nearest => vec![(at.round_ties_even(), 1.0)],
            Interpolation::Linear => vec![(floor, 1.0 - t), (floor + 1.0, t)],
            Interpolation::Cubic => {
                let weights = cubic(t);
                (0..4)
                    .map(|i| (floor + i as f64 - 1.0, weights[i]))
                    .collect()
            }
        };
        let inside = taps.into_iter().filter_map(|(at, weight)| {
            let at = self.reflected(at, size as f64);
            (0.0..size as f64)
                .contains(&at)
                .then_some((at as usize, weight))
        });
        inside.collect()
    }
}

/// Weights of the four neighbors (R. Keys, Cubic convolution interpolation, 1981), with the coefficient −0.75.
fn cubic(t: f64) -> [f64; 4] {
    let a = -0.75;
    let near = |d: f64| ((a + 2.0) * d - (a + 3.0)) * d * d + 1.0;
    let far = |d: f64| ((a * d - 5.0 * a) * d + 8.0 * a) * d - 4.0 * a;
    [far(1.0 + t), near(t), near(1.0 - t), far(2.0 - t)]
}

impl Operator for GridSample {
    fn infer(&self, inputs: &[Option<Known>]) -> Result<Vec<Known>, Message> {
        let (x, grid) = (known::needed(inputs, 0)?, known::needed(inputs, 1)?);
        let ([batch, channels, ..], [_, positions @ .., last]) = (x.shape(), grid.shape()) else {
            return Err(doubles::inconsistent());
        };
        let axes = x.rank() - 2;
        if grid.rank() != x.rank() || last.known().is_some_and(|last| last != axes) {
            return Err(doubles::inconsistent());
        }
        let mut shape = vec![batch.clone(), channels.clone()];
        shape.extend(positions.iter().cloned());
        Ok(vec![Known::new(x.dtype(), shape)])
    }

    fn evaluate(&self, inputs: &[Option<&Tensor>]) -> Result<Vec<Tensor>, Message> {
        let shape = known::output_shapes(self, inputs)?.swap_remove(0);
        let (x, grid) = (known::tensor(inputs, 0)?, known::tensor(inputs, 1)?);
        if grid.shape()[0] != x.shape()[0] {
            return Err(doubles::inconsistent());
        }
        let (numbers, coordinates) = (doubles::numbers(x)?, doubles::numbers(grid)?);
        let spatial = &x.shape()[2..];
        let steps = places::strides(spatial);
        let plane: usize = spatial.iter().product();
        let positions: usize = shape[2..].iter().product();
        let mut result = Vec::with_capacity(shape.iter().product());
        for sample in 0..shape[0] {
            for channel in 0..shape[1] {
                let image = &numbers[(sample * shape[1] + channel) * plane..][..plane];
                for at in 0..positions {
                    let place = &coordinates[(sample * positions + at) * spatial.len()..];
                    // Places in the image with their weights, axis by axis.
                    let mut taps = vec![(0, 1.0)];
                    for (axis, &size) in spatial.iter().enumerate() {
                        let position = self.position(place[spatial.len() - 1 - axis], size);
                        let along = self.taps(position, size);
                        let each = taps.iter().flat_map(|&(start, weight)| {
                            let step = steps[axis];
                            along
                                .iter()
                                .map(move |&(at, w)| (start + at * step, weight * w))
                        });
                        taps = each.collect();
                    }
                    result.push(taps.iter().map(|&(at, weight)| image[at] * weight).sum());
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
        let (Some(data), Some(grid), Some(out)) =
            (rule.node.input(0), rule.node.input(1), rule.node.output(0))
        else {
            return;
        };
        rule.per_channel(&why);
        rule.freeze_value(grid, &why);
        rule.freeze(Axis::of(data, 0), &why);
        rule.freeze(Axis::of(out, 0), &why);
    }
}
