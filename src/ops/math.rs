//! Functions of one number from mathematics, and activations that are rarer than those of `activation.rs`.

use super::attributes::Attributes;
use super::coupling::Rule;
use super::lowering::KernelContext;
use super::uniform::Slice;
use super::{Known, Operator, doubles, known};
use crate::graph::Node;
use crate::kernels::Kernel;
use crate::kernels::elementwise::MapBy;
use crate::message::Message;
use crate::tensor::Tensor;

/// A function and the numbers that it takes from attributes.
#[derive(Debug)]
struct Function {
    name: &'static str,
    /// Names and defaults.
    attributes: &'static [(&'static str, f64)],
    /// Of an element and the attributes' numbers, 0 where there are fewer than two.
    apply: fn(f64, [f64; 2]) -> f64,
}

macro_rules! functions {
    ($($name:literal [$($attribute:literal = $default:literal),*] $apply:expr;)*) => {
        static FUNCTIONS: &[Function] = &[$(Function {
            name: $name,
            attributes: &[$(($attribute, $default)),*],
            apply: $apply,
        }),*];
    };
}

functions! {
    "Acos" [] |x, _| x.acos();
    "Acosh" [] |x, _| x.acosh();
    "Asin" [] |x, _| x.asin();
    "Asinh" [] |x, _| x.asinh();
    "Atan" [] |x, _| x.atan();
    "Atanh" [] |x, _| x.atanh();
    "Celu" ["alpha" = 1.0] |x, [alpha, _]| x.max(0.0) + (alpha * (x / alpha).exp_m1()).min(0.0);
    "Cos" [] |x, _| x.cos();
    "Cosh" [] |x, _| x.cosh();
    "Mish" [] |x, _| x * softplus(x).tanh();
    "Round" [] |x, _| x.round_ties_even();
    "Selu" ["alpha" = 1.673_263_192_176_818_8, "gamma" = 1.050_701_022_148_132_3]
        |x, [alpha, gamma]| gamma * if x > 0.0 { x } else { alpha * x.exp_m1() };
    "Shrink" ["lambd" = 0.5, "bias" = 0.0] |x, [lambd, bias]| {
        if x < -lambd {
            x + bias
        } else if x > lambd {
            x - bias
        } else {
            0.0
        }
    };
    "Sign" [] |x, _| if x == 0.0 || x.is_nan() { x } else { x.signum() };
    "Sin" [] |x, _| x.sin();
    "Sinh" [] |x, _| x.sinh();
    "Softplus" [] |x, _| softplus(x);
    "Softsign" [] |x, _| x / (1.0 + x.abs());
    "Tan" [] |x, _| x.tan();
    "ThresholdedRelu" ["alpha" = 1.0] |x, [alpha, _]| if x > alpha { x } else { 0.0 };
}

/// `log(1 + exp(x))`.
fn softplus(x: f64) -> f64 {
    x.max(0.0) + (-x.abs()).exp().ln_1p()
}

/// One of the functions with its numbers.
#[derive(Debug)]
pub struct Math {
    function: &'static Function,
    numbers: [f64; 2],
}

impl Math {
    pub fn parse(node: &Node, _opset: i64) -> Result<Self, Message> {
        let mut functions = FUNCTIONS.iter();
        let function = functions
            .find(|function| function.name == node.op_type)
            .ok_or_else(|| message!("reason-node-not-unary", operator = node.op_type))?;
        let mut numbers = [0.0; 2];
        for (number, (name, default)) in numbers.iter_mut().zip(function.attributes) {
            *number = Attributes(node).float(name, *default as f32)?.into();
        }
        Ok(Math { function, numbers })
    }
}

impl Operator for Math {
    fn infer(&self, inputs: &[Option<Known>]) -> Result<Vec<Known>, Message> {
        doubles::like_first(inputs)
    }

    fn evaluate(&self, inputs: &[Option<&Tensor>]) -> Result<Vec<Tensor>, Message> {
        let x = known::tensor(inputs, 0)?;
        let mut numbers = doubles::numbers(x)?;
        for x in &mut numbers {
            *x = (self.function.apply)(*x, self.numbers);
        }
        Ok(vec![doubles::tensor(x.dtype(), x.shape(), numbers)?])
    }

    fn kernel(&self, _context: &KernelContext<'_>) -> Result<Option<Box<dyn Kernel>>, Message> {
        let (apply, numbers) = (self.function.apply, self.numbers);
        let single = move |x: f32| apply(x.into(), numbers) as f32;
        Ok(Some(Box::new(MapBy(single))))
    }

    fn couple(&self, rule: &mut Rule<'_>) {
        rule.broadcast();
    }

    fn uniform(&self, slice: &Slice<'_>) -> Option<f32> {
        slice.pointwise(self)
    }
}
