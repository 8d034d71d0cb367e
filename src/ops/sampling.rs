//! Resampling along one axis: from an output position to weighted input positions, as ONNX's `Resize` specifies.

use super::axes::axis;
use super::known::{Known, given};
use super::lowering::Operand;
use super::places::around;
use super::resize::{Coordinates, Interpolation, Resize, Rounding, ScalesFrom};
use crate::graph::{Dim, Product};
use crate::kernels::resample::{Resampled, Stage};
use crate::message::Message;
use crate::tensor::DType;
use ndarray::{ArrayD, Axis};

/// What happens along one axis.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Along {
    pub input: usize,
    pub output: usize,
    /// Output length by input length, as stated or as it follows from the sizes.
    pub scale: f32,
}

/// What is known of an axis before the run.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// Nothing happens to it.
    None,
    Along(Along),
    /// It is resampled to this length, and the run tells the rest.
    To(Dim),
}

impl Change {
    /// The length of an axis of length `before` after it.
    pub fn length(self, before: &Dim) -> Dim {
        match self {
            Change::None => before.clone(),
            Change::Along(along) => along.output.into(),
            Change::To(length) => length,
        }
    }
}

/// An open length times a scale, which gives a product only where the scale is a whole number.
fn times(length: &Dim, scale: Option<f32>) -> Dim {
    let whole = scale.filter(|scale| scale.fract() == 0.0 && (1.0..=65536.0).contains(scale));
    let product = whole.and_then(|scale| Product::of(&[(scale as usize).into(), length.clone()]));
    product.map_or_else(Dim::unnamed, |product| product.dim())
}

impl Resize {
    /// What happens along each axis, `None` where nothing does. The whole is `None` where only the run tells.
    pub fn plan(
        &self,
        shape: &[Dim],
        inputs: &[Option<Known>],
    ) -> Result<Option<Vec<Option<Along>>>, Message> {
        let changes = self.changes(shape, inputs)?;
        let along = changes.map(|changes| {
            let along = changes.into_iter().map(|change| match change {
                Change::None => Some(None),
                Change::Along(along) => Some(Some(along)),
                Change::To(_) => None,
            });
            along.collect()
        });
        Ok(along.flatten())
    }

    /// What happens along each axis, as far as it is known. `None` where not even the number of axes is.
    pub fn changes(
        &self,
        shape: &[Dim],
        inputs: &[Option<Known>],
    ) -> Result<Option<Vec<Change>>, Message> {
        let listed = |i: usize| given(inputs, i).filter(|list| list.shape() != [Dim::Known(0)]);
        let floats = |list: &Known| Some(list.constant.as_ref()?.floats()?.into_owned());
        let (scales, sizes) = match &self.from {
            ScalesFrom::Attribute(scales) => (Some(scales.clone()), None),
            ScalesFrom::Second => (listed(1).and_then(floats), None),
            ScalesFrom::ThirdOrFourth => match (listed(2), listed(3)) {
                (Some(scales), _) => (floats(scales), None),
                (None, Some(sizes)) => {
                    let dims = sizes
                        .sizes
                        .as_ref()
                        .map(|all| all.iter().map(|e| e.dim()).collect());
                    (
                        None,
                        dims.map(|dims: Option<Vec<Dim>>| {
                            dims.ok_or(message!("reason-node-negative-size"))
                        }),
                    )
                }
                (None, None) => return Err(message!("reason-node-no-scales")),
            },
        };
        let count = match (&scales, &sizes) {
            (Some(scales), _) => scales.len(),
            (None, Some(Ok(sizes))) => sizes.len(),
            (None, Some(Err(why))) => return Err(why.clone()),
            (None, None) => return Ok(None),
        };
        let axes = self
            .axes
            .clone()
            .unwrap_or_else(|| (0..count as i64).collect());
        if axes.len() != count || self.axes.is_none() && count != shape.len() {
            return Err(message!(
                "reason-node-scales",
                count = count,
                axes = axes.len()
            ));
        }
        let mut changes = vec![Change::None; shape.len()];
        for (i, &at) in axes.iter().enumerate() {
            let at = axis(at, shape.len())?;
            let scale = scales.as_ref().map(|scales| scales[i]);
            let size = sizes
                .as_ref()
                .and_then(|sizes| sizes.as_ref().ok())
                .map(|sizes| &sizes[i]);
            if scale == Some(1.0) || size == Some(&shape[at]) {
                continue;
            }
            changes[at] = match (shape[at].known(), size) {
                (_, Some(size @ Dim::Symbol(_))) => Change::To(size.clone()),
                (Some(input), size) => {
                    Change::Along(along(input, scale, size.and_then(Dim::known))?)
                }
                (None, Some(size)) => Change::To(size.clone()),
                (None, None) => Change::To(times(&shape[at], scale)),
            };
        }
        Ok(Some(changes))
    }

    /// Resamples one axis of an array.
    pub fn resample(&self, x: &ArrayD<f32>, axis: usize, along: &Along) -> ArrayD<f32> {
        let mut shape = x.shape().to_vec();
        shape[axis] = along.output;
        let mut result = ArrayD::zeros(shape);
        for (at, mut slice) in result.axis_iter_mut(Axis(axis)).enumerate() {
            for (source, weight) in self.sources(at, along) {
                slice.scaled_add(weight, &x.index_axis(Axis(axis), source));
            }
        }
        result
    }

    /// What happens along each axis, as [`Resize::plan`] gives it, for inputs whose shapes are settled.
    pub fn settled(
        &self,
        inputs: &[Option<Operand>],
    ) -> Result<Option<Vec<Option<Along>>>, Message> {
        let Some(Some(data)) = inputs.first() else {
            return Ok(None);
        };
        let dims: Vec<Dim> = data.shape.iter().map(|&length| length.into()).collect();
        let known = |operand: &Option<Operand>| {
            let operand = operand.as_ref()?;
            match &operand.constant {
                Some(constant) => Some(Known::of(constant.clone())),
                None => {
                    let shape = operand.shape.iter().map(|&length| length.into());
                    Some(Known::new(DType::F32, shape.collect()))
                }
            }
        };
        let known: Vec<_> = inputs.iter().map(known).collect();
        self.plan(&dims, &known)
    }

    /// By axis, the input's index that each of the output's shows.
    pub fn nearest(&self, shape: &[usize], plan: &[Option<Along>]) -> Vec<Vec<Option<usize>>> {
        let axes = shape.iter().zip(plan).map(|(&length, along)| match along {
            None => (0..length).map(Some).collect(),
            Some(along) => {
                let sources = (0..along.output).map(|at| self.sources(at, along));
                sources.map(|taps| Some(taps[0].0)).collect()
            }
        });
        axes.collect()
    }

    /// Resampling as a step that gradients pass through.
    pub fn resampled(&self, mut shape: Vec<usize>, plan: &[Option<Along>]) -> Resampled {
        let mut stages = Vec::new();
        for (axis, along) in plan.iter().enumerate() {
            let Some(along) = along else { continue };
            let taps: Vec<_> = (0..along.output)
                .map(|at| self.sources(at, along))
                .collect();
            stages.push(Stage::new(around(&shape, axis), &taps));
            shape[axis] = along.output;
        }
        Resampled::new(stages)
    }

    /// The input positions that make output position `at`, with their weights.
    fn sources(&self, at: usize, along: &Along) -> Vec<(usize, f32)> {
        let x = self.coordinate(at as f32, along);
        let last = along.input as i64 - 1;
        let clamped = |i: i64| i.clamp(0, last) as usize;
        let floor = x.floor();
        let fraction = x - floor;
        let first = floor as i64;
        match self.interpolation {
            Interpolation::Nearest(rounding) => {
                let nearest = match rounding {
                    Rounding::PreferFloor => (x - 0.5).ceil(),
                    Rounding::PreferCeil => (x + 0.5).floor(),
                    Rounding::Floor => floor,
                    Rounding::Ceil => x.ceil(),
                };
                vec![(clamped(nearest as i64), 1.0)]
            }
            Interpolation::Linear => {
                vec![
                    (clamped(first), 1.0 - fraction),
                    (clamped(first + 1), fraction),
                ]
            }
            Interpolation::Cubic => {
                let weights = cubic(fraction, self.cubic_coeff_a);
                let inside = |i: i64| !self.exclude_outside || (0..=last).contains(&i);
                let taps = weights.iter().zip(first - 1..).filter(|(_, i)| inside(*i));
                let sum: f32 = taps.clone().map(|(w, _)| w).sum();
                let sum = if self.exclude_outside { sum } else { 1.0 };
                taps.map(|(w, i)| (clamped(i), w / sum)).collect()
            }
        }
    }

    /// Where output position `x` lies in the input.
    fn coordinate(&self, x: f32, along: &Along) -> f32 {
        let half_pixel = (x + 0.5) / along.scale - 0.5;
        let (input, output) = (along.input as f32, along.output as f32);
        match self.coordinates {
            Coordinates::HalfPixel => half_pixel,
            Coordinates::HalfPixelSymmetric => {
                let adjustment = output / (along.scale * input);
                input / 2.0 * (1.0 - adjustment) + half_pixel
            }
            Coordinates::PytorchHalfPixel if along.output > 1 => half_pixel,
            Coordinates::AlignCorners if along.output > 1 => x * (input - 1.0) / (output - 1.0),
            Coordinates::PytorchHalfPixel | Coordinates::AlignCorners => 0.0,
            Coordinates::Asymmetric => x / along.scale,
        }
    }
}

fn along(input: usize, scale: Option<f32>, size: Option<usize>) -> Result<Along, Message> {
    let output = match (scale, size) {
        (Some(scale), _) => (input as f64 * f64::from(scale)).floor(),
        (None, Some(size)) => size as f64,
        (None, None) => return Err(message!("reason-node-unknown-size")),
    };
    let possible = output.is_finite() && (0.0..=(1 << 24) as f64).contains(&output);
    if !possible || scale.is_some_and(|s| s <= 0.0) || input == 0 && output > 0.0 {
        return Err(message!(
            "reason-node-resamples",
            input = input,
            output = output
        ));
    }
    Ok(Along {
        input,
        output: output as usize,
        scale: scale.unwrap_or(output as f32 / input as f32),
    })
}

/// Weights of the four neighbors (R. Keys, Cubic convolution interpolation, 1981).
fn cubic(t: f32, a: f32) -> [f32; 4] {
    let near = |d: f32| ((a + 2.0) * d - (a + 3.0)) * d * d + 1.0;
    let far = |d: f32| ((a * d - 5.0 * a) * d + 8.0 * a) * d - 4.0 * a;
    [far(1.0 + t), near(t), near(1.0 - t), far(2.0 - t)]
}
