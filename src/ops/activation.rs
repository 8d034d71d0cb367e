//! Activations of one input, element by element.

use super::attributes::Attributes;
use super::coupling::Rule;
use super::floats;
use super::known;
use super::uniform::Slice;
use super::{Known, Operator};
use crate::graph::Node;
use crate::kernels;
use crate::message::Message;
use crate::tensor::Tensor;

/// An activation with its numbers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Activation {
    Relu,
    LeakyRelu {
        alpha: f32,
    },
    Elu {
        alpha: f32,
    },
    Sigmoid,
    HardSigmoid {
        alpha: f32,
        beta: f32,
    },
    HardSwish,
    Tanh,
    Erf,
    /// By the error function.
    Gelu,
    /// By the hyperbolic tangent.
    GeluTanh,
}

impl Activation {
    pub fn parse(node: &Node, _opset: i64) -> Result<Self, Message> {
        let attributes = Attributes(node);
        Ok(match node.op_type.as_str() {
            "Relu" => Activation::Relu,
            "LeakyRelu" => Activation::LeakyRelu {
                alpha: attributes.float("alpha", 0.01)?,
            },
            "Elu" => Activation::Elu {
                alpha: attributes.float("alpha", 1.0)?,
            },
            "Sigmoid" => Activation::Sigmoid,
            "HardSigmoid" => Activation::HardSigmoid {
                alpha: attributes.float("alpha", 0.2)?,
                beta: attributes.float("beta", 0.5)?,
            },
            "HardSwish" => Activation::HardSwish,
            "Tanh" => Activation::Tanh,
            "Erf" => Activation::Erf,
            "Gelu" => match attributes.text("approximate", "none")? {
                "none" => Activation::Gelu,
                "tanh" => Activation::GeluTanh,
                other => return Err(message!("reason-node-approximation", name = other)),
            },
            other => return Err(message!("reason-node-not-activation", operator = other)),
        })
    }
}

impl Operator for Activation {
    fn infer(&self, inputs: &[Option<Known>]) -> Result<Vec<Known>, Message> {
        let x = known::needed(inputs, 0)?;
        Ok(vec![Known::new(x.dtype(), x.shape().to_vec())])
    }

    fn evaluate(&self, inputs: &[Option<&Tensor>]) -> Result<Vec<Tensor>, Message> {
        let x = floats::needed(inputs, 0)?;
        floats::output(x.mapv(|x| self.apply(x)), known::tensor(inputs, 0)?)
    }

    fn couple(&self, rule: &mut Rule<'_>) {
        rule.broadcast();
    }

    fn uniform(&self, slice: &Slice<'_>) -> Option<f32> {
        slice.pointwise(self)
    }

    fn activation(&self, _constants: &[Option<&Tensor>]) -> Option<kernels::Activation> {
        use kernels::Activation as To;
        Some(match *self {
            Activation::Relu => To::Clamp {
                low: 0.0,
                high: f32::INFINITY,
            },
            Activation::LeakyRelu { alpha } => To::LeakyRelu { slope: alpha },
            Activation::Elu { alpha } => To::Elu { alpha },
            Activation::Sigmoid => To::Sigmoid,
            Activation::HardSigmoid { alpha, beta } => To::HardSigmoid { alpha, beta },
            Activation::HardSwish => To::HardSwish,
            Activation::Tanh => To::Tanh,
            Activation::Erf => To::Erf,
            Activation::Gelu => To::Gelu,
            Activation::GeluTanh => To::GeluTanh,
        })
    }
}

impl Activation {
    /// The activation of one number.
    pub fn apply(self, x: f32) -> f32 {
        match self {
            // NaN goes through, as in the specification's `max`.
            Activation::Relu => {
                if x < 0.0 {
                    0.0
                } else {
                    x
                }
            }
            Activation::LeakyRelu { alpha } => {
                if x < 0.0 {
                    alpha * x
                } else {
                    x
                }
            }
            Activation::Elu { alpha } => {
                if x < 0.0 {
                    alpha * x.exp_m1()
                } else {
                    x
                }
            }
            Activation::Sigmoid => sigmoid(x.into()) as f32,
            Activation::HardSigmoid { alpha, beta } => (alpha * x + beta).clamp(0.0, 1.0),
            Activation::HardSwish => x * (x / 6.0 + 0.5).clamp(0.0, 1.0),
            Activation::Tanh => x.tanh(),
            Activation::Erf => erf(x.into()) as f32,
            Activation::Gelu => {
                let x = f64::from(x);
                (0.5 * x * (1.0 + erf(x * std::f64::consts::FRAC_1_SQRT_2))) as f32
            }
            Activation::GeluTanh => {
                let x = f64::from(x);
                let inner = (2.0 / std::f64::consts::PI).sqrt() * (x + 0.044715 * x.powi(3));
                (0.5 * x * (1.0 + inner.tanh())) as f32
            }
        }
    }
}

fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

/// The error function: its Maclaurin series near 0, the continued fraction of its complement further out
/// (Abramowitz and Stegun 7.1.6 and 7.1.14). Exact to about 1e-15.
fn erf(x: f64) -> f64 {
    let square = x * x;
    if x.is_nan() || x.abs() > 6.0 {
        return if x.is_nan() { x } else { x.signum() };
    }
    let scale = (-square).exp() / std::f64::consts::PI.sqrt();
    if x.abs() < 2.5 {
        let mut term = 2.0 * x;
        let mut sum = term;
        for n in 1..60 {
            term *= 2.0 * square / f64::from(2 * n + 1);
            sum += term;
        }
        return sum * scale;
    }
    let far = x.abs();
    let fraction = (1..60)
        .rev()
        .fold(far, |below, n| far + f64::from(n) / 2.0 / below);
    (1.0 - scale / fraction).copysign(x)
}
