//! Signals: windows, Fourier transforms, and the mel scale.

use super::attributes::Attributes;
use super::coupling::Rule;
use super::{Known, Operator, axes, doubles, known, places};
use crate::graph::{Dim, Node};
use crate::message::Message;
use crate::tensor::{DType, Tensor};
use std::f64::consts::PI;

/// `HannWindow`, `HammingWindow`, or `BlackmanWindow`: `a − b cos(t) + c cos(2t)`.
#[derive(Debug, Clone, PartialEq)]
pub struct Taper {
    pub weights: [f64; 3],
    pub dtype: DType,
    pub periodic: bool,
}

/// `DFT` along an axis; the last axis holds real and imaginary parts.
#[derive(Debug, Clone, PartialEq)]
pub struct Dft {
    pub inverse: bool,
    pub onesided: bool,
    /// Where an attribute says it (up to opset 19); else the third input does.
    pub axis: Option<i64>,
}

/// `STFT`: windows of a signal, each transformed.
#[derive(Debug, Clone, PartialEq)]
pub struct Stft {
    pub onesided: bool,
}

/// `MelWeightMatrix`: how much each frequency belongs to each band of the mel scale.
#[derive(Debug, Clone, PartialEq)]
pub struct MelWeightMatrix {
    pub dtype: DType,
}

/// Longer transforms are not worked out by the sums of the definition.
const LONGEST: usize = 1 << 14;

fn dtype(node: &Node) -> Result<DType, Message> {
    let number = Attributes(node).int("output_datatype", 1)?;
    Ok(DType::from_onnx(number as i32))
}

fn length(number: i64) -> Result<usize, Message> {
    let length = usize::try_from(number).ok();
    let length = length.filter(|&length| length <= known::MAX_ELEMENTS);
    length.ok_or_else(doubles::inconsistent)
}

impl Taper {
    pub fn parse(node: &Node, _opset: i64) -> Result<Self, Message> {
        Ok(Taper {
            weights: match node.op_type.as_str() {
                "HannWindow" => [0.5, 0.5, 0.0],
                "HammingWindow" => [25.0 / 46.0, 1.0 - 25.0 / 46.0, 0.0],
                _ => [0.42, 0.5, 0.08],
            },
            dtype: dtype(node)?,
            periodic: Attributes(node).flag("periodic", true)?,
        })
    }
}

impl Operator for Taper {
    fn infer(&self, inputs: &[Option<Known>]) -> Result<Vec<Known>, Message> {
        known::needed(inputs, 0)?;
        match doubles::known_single(inputs, 0) {
            Some(size) => Ok(vec![Known::new(self.dtype, vec![length(size)?.into()])]),
            None => Ok(Vec::new()),
        }
    }

    fn evaluate(&self, inputs: &[Option<&Tensor>]) -> Result<Vec<Tensor>, Message> {
        let shape = known::output_shapes(self, inputs)?.swap_remove(0);
        let steps = shape[0] as f64 - if self.periodic { 0.0 } else { 1.0 };
        let [a, b, c] = self.weights;
        let window = (0..shape[0]).map(|i| {
            let t = 2.0 * PI * i as f64 / steps;
            a - b * t.cos() + c * (2.0 * t).cos()
        });
        Ok(vec![doubles::tensor(self.dtype, &shape, window.collect())?])
    }

    fn couple(&self, rule: &mut Rule<'_>) {
        rule.freeze_across();
    }
}

/// The discrete Fourier transform of complex numbers by its definition, `count` of its numbers.
fn transform(signal: &[[f64; 2]], inverse: bool, count: usize) -> Vec<[f64; 2]> {
    let length = signal.len();
    let sign = if inverse { 1.0 } else { -1.0 };
    let share = if inverse { 1.0 / length as f64 } else { 1.0 };
    let at = |k: usize| {
        let mut sum = [0.0; 2];
        for (n, [re, im]) in signal.iter().enumerate() {
            let (sin, cos) = (sign * 2.0 * PI * (k * n % length) as f64 / length as f64).sin_cos();
            sum[0] += re * cos - im * sin;
            sum[1] += re * sin + im * cos;
        }
        sum.map(|x| x * share)
    };
    (0..count).map(at).collect()
}

/// How many numbers of a transform there are: the first half where the others follow from them.
fn bins(length: usize, onesided: bool) -> usize {
    if onesided { length / 2 + 1 } else { length }
}

impl Dft {
    pub fn parse(node: &Node, opset: i64) -> Result<Self, Message> {
        let attributes = Attributes(node);
        Ok(Dft {
            inverse: attributes.flag("inverse", false)?,
            onesided: attributes.flag("onesided", false)?,
            axis: match opset < 20 {
                true => Some(attributes.int("axis", 1)?),
                false => None,
            },
        })
    }
}

impl Operator for Dft {
    fn infer(&self, inputs: &[Option<Known>]) -> Result<Vec<Known>, Message> {
        let x = known::needed(inputs, 0)?;
        let axis = match (self.axis, known::given(inputs, 2)) {
            (Some(axis), _) => Some(axis),
            (None, None) => Some(-2),
            (None, Some(_)) => doubles::known_single(inputs, 2),
        };
        let Some(axis) = axis else {
            return Ok(Vec::new());
        };
        let along = axes::axis(axis, x.rank())?;
        if x.rank() < 2 || along == x.rank() - 1 {
            return Err(doubles::inconsistent());
        }
        let size = match known::given(inputs, 1) {
            None => x.shape()[along].known(),
            Some(_) => doubles::known_single(inputs, 1).map(length).transpose()?,
        };
        let Some(size) = size else {
            return Ok(Vec::new());
        };
        if size > LONGEST {
            return Err(message!("reason-node-too-large"));
        }
        let mut shape = x.shape().to_vec();
        shape[along] = bins(size, self.onesided).into();
        shape[x.rank() - 1] = Dim::Known(2);
        Ok(vec![Known::new(x.dtype(), shape)])
    }

    fn evaluate(&self, inputs: &[Option<&Tensor>]) -> Result<Vec<Tensor>, Message> {
        let shape = known::output_shapes(self, inputs)?.swap_remove(0);
        let x = known::tensor(inputs, 0)?;
        let numbers = doubles::numbers(x)?;
        let rank = shape.len();
        let axis = match self.axis {
            Some(axis) => axis,
            None => doubles::single(inputs, 2)?.unwrap_or(-2),
        };
        let along = axes::axis(axis, rank)?;
        let parts = x.shape()[rank - 1];
        let (outer, given, inner) = places::around(&x.shape()[..rank - 1], along);
        let size = match doubles::single(inputs, 1)? {
            Some(size) => length(size)?,
            None => given,
        };
        let count = shape[along];
        let mut result = vec![0.0; outer * count * inner * 2];
        for row in 0..outer {
            for column in 0..inner {
                let at = |i: usize| ((row * given + i) * inner + column) * parts;
                let element = |i: usize| match (i < given, parts) {
                    (true, 2) => [numbers[at(i)], numbers[at(i) + 1]],
                    (true, 1) => [numbers[at(i)], 0.0],
                    _ => [0.0; 2],
                };
                let signal: Vec<[f64; 2]> = (0..size).map(element).collect();
                for (k, [re, im]) in transform(&signal, self.inverse, count)
                    .into_iter()
                    .enumerate()
                {
                    let to = ((row * count + k) * inner + column) * 2;
                    (result[to], result[to + 1]) = (re, im);
                }
            }
        }
        Ok(vec![doubles::tensor(x.dtype(), &shape, result)?])
    }

    fn slides(&self) -> bool {
        true
    }

    fn couple(&self, rule: &mut Rule<'_>) {
        rule.freeze_across();
    }
}

impl Stft {
    pub fn parse(node: &Node, _opset: i64) -> Result<Self, Message> {
        Ok(Stft {
            onesided: Attributes(node).flag("onesided", true)?,
        })
    }
}

impl Operator for Stft {
    fn infer(&self, inputs: &[Option<Known>]) -> Result<Vec<Known>, Message> {
        let x = known::needed(inputs, 0)?;
        known::needed(inputs, 1)?;
        let window = known::given(inputs, 2).and_then(|window| window.shape().first()?.known());
        let frame = match known::given(inputs, 3) {
            Some(_) => doubles::known_single(inputs, 3).map(length).transpose()?,
            None => window,
        };
        let signal = x.shape().get(1).and_then(Dim::known);
        let (Some(frame), Some(step), Some(signal)) =
            (frame, doubles::known_single(inputs, 1), signal)
        else {
            return Ok(Vec::new());
        };
        let step = length(step)?;
        if step == 0 || frame == 0 || frame > signal || frame > LONGEST {
            return Err(doubles::inconsistent());
        }
        Ok(vec![Known::new(
            x.dtype(),
            vec![
                x.shape()[0].clone(),
                ((signal - frame) / step + 1).into(),
                bins(frame, self.onesided).into(),
                Dim::Known(2),
            ],
        )])
    }

    fn evaluate(&self, inputs: &[Option<&Tensor>]) -> Result<Vec<Tensor>, Message> {
        let shape = known::output_shapes(self, inputs)?.swap_remove(0);
        let x = known::tensor(inputs, 0)?;
        let numbers = doubles::numbers(x)?;
        let window = doubles::optional(inputs, 2)?;
        let step = length(doubles::single(inputs, 1)?.unwrap_or(1))?;
        let frame = match (doubles::single(inputs, 3)?, &window) {
            (Some(frame), _) => length(frame)?,
            (None, Some(window)) => window.len(),
            (None, None) => return Err(doubles::inconsistent()),
        };
        let signal = x.shape()[1];
        let parts: usize = x.shape()[2..].iter().product();
        let mut result = Vec::with_capacity(shape.iter().product());
        for sample in 0..shape[0] {
            for at in 0..shape[1] {
                let element = |i: usize| {
                    let place = (sample * signal + at * step + i) * parts;
                    let weight = window
                        .as_ref()
                        .map_or(1.0, |window| window.get(i).copied().unwrap_or(0.0));
                    let imaginary = if parts == 2 { numbers[place + 1] } else { 0.0 };
                    [numbers[place] * weight, imaginary * weight]
                };
                let frame: Vec<[f64; 2]> = (0..frame).map(element).collect();
                result.extend(transform(&frame, false, shape[2]).into_iter().flatten());
            }
        }
        Ok(vec![doubles::tensor(x.dtype(), &shape, result)?])
    }

    fn slides(&self) -> bool {
        true
    }

    fn couple(&self, rule: &mut Rule<'_>) {
        rule.freeze_across();
    }
}

impl MelWeightMatrix {
    pub fn parse(node: &Node, _opset: i64) -> Result<Self, Message> {
        Ok(MelWeightMatrix {
            dtype: dtype(node)?,
        })
    }
}

impl Operator for MelWeightMatrix {
    fn infer(&self, inputs: &[Option<Known>]) -> Result<Vec<Known>, Message> {
        for i in 0..5 {
            known::needed(inputs, i)?;
        }
        match (
            doubles::known_single(inputs, 0),
            doubles::known_single(inputs, 1),
        ) {
            (Some(bands), Some(frame)) => Ok(vec![Known::new(
                self.dtype,
                vec![bins(length(frame)?, true).into(), length(bands)?.into()],
            )]),
            _ => Ok(Vec::new()),
        }
    }

    fn evaluate(&self, inputs: &[Option<&Tensor>]) -> Result<Vec<Tensor>, Message> {
        let shape = known::output_shapes(self, inputs)?.swap_remove(0);
        let number = |i: usize| -> Result<f64, Message> {
            let numbers = doubles::needed(inputs, i)?;
            numbers.first().copied().ok_or_else(doubles::inconsistent)
        };
        let (bands, frame, rate) = (shape[1], number(1)?, number(2)?);
        let mel = |hertz: f64| 2595.0 * (1.0 + hertz / 700.0).log10();
        let (low, high) = (mel(number(3)?), mel(number(4)?));
        let step = (high - low) / (bands as f64 + 2.0);
        let edge = |i: usize| {
            let hertz = 700.0 * (10f64.powf((i as f64 * step + low) / 2595.0) - 1.0);
            ((frame + 1.0) * hertz / rate).floor()
        };
        let mut weights = Vec::with_capacity(shape.iter().product());
        places::each(&shape, |index| {
            let bin = index[0] as f64;
            let [low, center, high] = [0, 1, 2].map(|i| edge(index[1] + i));
            weights.push(if low == center && bin == center {
                1.0
            } else if (low..=center).contains(&bin) {
                (bin - low) / (center - low)
            } else if bin > center && bin < high {
                (high - bin) / (high - center)
            } else {
                0.0
            });
        });
        Ok(vec![doubles::tensor(self.dtype, &shape, weights)?])
    }

    fn couple(&self, rule: &mut Rule<'_>) {
        rule.freeze_across();
    }
}
