//! Resampling along axes.

use super::attributes::Attributes;
use super::axes::axis;
use super::backward::{LearnContext, moved};
use super::coupling::Rule;
use super::floats;
use super::known;
use super::lowering::KernelContext;
use super::narrow::{Change, Narrowing};
use super::uniform::Slice;
use super::{Known, Operator};
use crate::graph::Node;
use crate::graph::TensorType;
use crate::kernels::Kernel;
use crate::kernels::grad::Differentiable;
use crate::kernels::picked::Picked;
use crate::message::Message;
use crate::tensor::Tensor;
use std::sync::Arc;

/// How numbers between two elements are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Interpolation {
    Nearest(Rounding),
    Linear,
    Cubic,
}

/// Which neighbor is the nearest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rounding {
    /// Halves go down.
    PreferFloor,
    /// Halves go up.
    PreferCeil,
    Floor,
    Ceil,
}

/// Where in the input a position of the output lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Coordinates {
    HalfPixel,
    HalfPixelSymmetric,
    PytorchHalfPixel,
    AlignCorners,
    Asymmetric,
}

/// Where the scales or sizes come from.
#[derive(Debug, Clone, PartialEq)]
pub enum ScalesFrom {
    Attribute(Vec<f32>),
    /// The second input holds scales (`Upsample` 9, `Resize` 10).
    Second,
    /// The third input holds scales or else the fourth sizes (`Resize` from 11 on).
    ThirdOrFourth,
}

/// `Resize`, or `Upsample` of older operator sets.
#[derive(Debug, Clone, PartialEq)]
pub struct Resize {
    pub interpolation: Interpolation,
    pub coordinates: Coordinates,
    pub from: ScalesFrom,
    /// The axes that scales and sizes speak of; all where left out.
    pub axes: Option<Vec<i64>>,
    /// The cubic kernel's coefficient.
    pub cubic_coeff_a: f32,
    /// Leave out cubic neighbors beyond the border and re-weigh the others.
    pub exclude_outside: bool,
}

impl Resize {
    pub fn parse(node: &Node, opset: i64) -> Result<Self, Message> {
        let attributes = Attributes(node);
        let old = node.op_type == "Upsample" || opset < 11;
        let from = match node.op_type.as_str() {
            "Upsample" if opset < 9 => {
                let scales = attributes.floats("scales")?;
                ScalesFrom::Attribute(
                    scales.ok_or(message!("reason-node-needs-attribute", name = "scales"))?,
                )
            }
            _ if old => ScalesFrom::Second,
            _ => ScalesFrom::ThirdOrFourth,
        };
        let coordinates = match attributes.text("coordinate_transformation_mode", "half_pixel")? {
            _ if old => Coordinates::Asymmetric,
            "half_pixel" => Coordinates::HalfPixel,
            "half_pixel_symmetric" => Coordinates::HalfPixelSymmetric,
            "pytorch_half_pixel" => Coordinates::PytorchHalfPixel,
            "align_corners" => Coordinates::AlignCorners,
            "asymmetric" => Coordinates::Asymmetric,
            other => return Err(message!("reason-node-coordinate-mode", mode = other)),
        };
        let rounding = match attributes.text("nearest_mode", "round_prefer_floor")? {
            _ if old => Rounding::Floor,
            "round_prefer_floor" => Rounding::PreferFloor,
            "round_prefer_ceil" => Rounding::PreferCeil,
            "floor" => Rounding::Floor,
            "ceil" => Rounding::Ceil,
            other => return Err(message!("reason-node-rounding", mode = other)),
        };
        let interpolation = match attributes.text("mode", "nearest")? {
            "nearest" => Interpolation::Nearest(rounding),
            "linear" | "bilinear" => Interpolation::Linear,
            "cubic" => Interpolation::Cubic,
            other => return Err(message!("reason-node-unknown-mode", mode = other)),
        };
        Ok(Resize {
            interpolation,
            coordinates,
            from,
            axes: attributes.ints("axes")?,
            cubic_coeff_a: attributes.float("cubic_coeff_a", -0.75)?,
            exclude_outside: attributes.flag("exclude_outside", false)?,
        })
    }
}

/// Smoothing, sizes that keep proportions, and cropping.
pub fn is_beyond(node: &Node) -> bool {
    let policy = node.string("keep_aspect_ratio_policy");
    let smooths = node.int("antialias").is_some_and(|flag| flag != 0);
    let keeps = policy.is_some_and(|policy| policy != "stretch");
    let crops = node.string("coordinate_transformation_mode") == Some("tf_crop_and_resize");
    node.op_type == "Resize" && (smooths || keeps || crops)
}

impl Operator for Resize {
    fn infer(&self, inputs: &[Option<Known>]) -> Result<Vec<Known>, Message> {
        let x = known::needed(inputs, 0)?;
        let Some(changes) = self.changes(x.shape(), inputs)? else {
            return Ok(Vec::new());
        };
        let dims = changes.into_iter().zip(x.shape());
        let shape = dims.map(|(change, dim)| change.length(dim));
        Ok(vec![Known::new(x.dtype(), shape.collect())])
    }

    fn evaluate(&self, inputs: &[Option<&Tensor>]) -> Result<Vec<Tensor>, Message> {
        known::output_shapes(self, inputs)?;
        let x = known::tensor(inputs, 0)?;
        let known: Vec<_> = inputs
            .iter()
            .map(|t| Some(Known::of(Arc::new((*t)?.clone()))))
            .collect();
        let plan = self.plan(&TensorType::of(x).shape, &known)?;
        let mut result = floats::floats(x)?.into_owned();
        for (axis, along) in plan
            .ok_or(message!("reason-node-unknown-size"))?
            .into_iter()
            .enumerate()
        {
            if let Some(along) = along {
                result = self.resample(&result, axis, &along);
            }
        }
        floats::output(result, x)
    }

    fn couple(&self, rule: &mut Rule<'_>) {
        let (Some(data), Some(out)) = (rule.node.input(0), rule.node.output(0)) else {
            return;
        };
        if rule.is_computed(3) {
            rule.keep_open(out);
        }
        let (before, after) = (rule.dims(data), rule.dims(out));
        for axis in 0..before.len().min(after.len()) {
            let same = before[axis] == after[axis];
            rule.same_if(
                same,
                data,
                axis,
                out,
                axis,
                &message!("reason-frozen-resampled"),
            );
        }
    }

    fn uniform(&self, slice: &Slice<'_>) -> Option<f32> {
        slice.carried()
    }

    fn rewrite(&self, narrowing: &Narrowing<'_>) -> Result<Vec<Change>, Message> {
        let node = narrowing.node;
        let (Some(_), Some(out)) = (node.input(3), node.output(0)) else {
            return Ok(Vec::new());
        };
        let rank = narrowing.dims(out).map_or(0, |dims| dims.len());
        let all: Vec<i64> = (0..rank as i64).collect();
        let mut sizes = Vec::new();
        for (place, &at) in self.axes.as_ref().unwrap_or(&all).iter().enumerate() {
            if let Some(kept) = narrowing.kept(out, axis(at, rank)?) {
                sizes.push((place, kept.len() as i64));
            }
        }
        Ok(vec![Change::Elements(3, sizes)])
    }

    fn kernel(&self, context: &KernelContext<'_>) -> Result<Option<Box<dyn Kernel>>, Message> {
        if context.outputs[0].contains(&0) {
            return Ok(None);
        }
        let (Some(shape), Some(plan)) = (context.shape(0), self.settled(context.inputs)?) else {
            return Ok(None);
        };
        Ok(Some(match self.interpolation {
            Interpolation::Nearest(_) => {
                let picks = self.nearest(shape, &plan);
                Box::new(Picked::new(shape, &picks, 0.0))
            }
            _ => Box::new(self.resampled(shape.to_vec(), &plan)),
        }))
    }

    fn differentiable(
        &self,
        context: &LearnContext<'_>,
    ) -> Result<Option<Box<dyn Differentiable>>, Message> {
        if let Interpolation::Nearest(_) = self.interpolation {
            return moved(self, context, |i| i == 0, 0.0);
        }
        let shape = context.needed(0)?;
        let plan = self.settled(context.inputs)?;
        let step = plan.map(|plan| self.resampled(shape.to_vec(), &plan));
        Ok(step.map(|step| Box::new(step) as Box<dyn Differentiable>))
    }
}
