//! Arithmetic on one input, element by element.

use super::backward::LearnContext;
use super::coupling::Rule;
use super::floats;
use super::known;
use super::lowering::KernelContext;
use super::uniform::Slice;
use super::{Known, Operator};
use crate::graph::Node;
use crate::kernels::elementwise::MapBy;
use crate::kernels::grad::Differentiable;
use crate::kernels::grad::map::Sloped;
use crate::kernels::{Activation, Kernel};
use crate::message::Message;
use crate::tensor::Tensor;

/// A function of one number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unary {
    Neg,
    Abs,
    Exp,
    Log,
    Sqrt,
    Floor,
    Ceil,
    Reciprocal,
    Not,
}

impl Unary {
    pub fn parse(node: &Node, _opset: i64) -> Result<Self, Message> {
        Ok(match node.op_type.as_str() {
            "Neg" => Unary::Neg,
            "Abs" => Unary::Abs,
            "Exp" => Unary::Exp,
            "Log" => Unary::Log,
            "Sqrt" => Unary::Sqrt,
            "Floor" => Unary::Floor,
            "Ceil" => Unary::Ceil,
            "Reciprocal" => Unary::Reciprocal,
            "Not" => Unary::Not,
            other => return Err(message!("reason-node-not-unary", operator = other)),
        })
    }
}

impl Operator for Unary {
    fn infer(&self, inputs: &[Option<Known>]) -> Result<Vec<Known>, Message> {
        let x = known::needed(inputs, 0)?;
        let out = Known::new(x.dtype(), x.shape().to_vec());
        Ok(vec![out])
    }

    fn evaluate(&self, inputs: &[Option<&Tensor>]) -> Result<Vec<Tensor>, Message> {
        let x = known::tensor(inputs, 0)?;
        Ok(vec![match (self, x) {
            (Unary::Neg, Tensor::I64(a)) => Tensor::I64(a.mapv(i64::wrapping_neg)),
            (Unary::Neg, Tensor::I32(a)) => Tensor::I32(a.mapv(i32::wrapping_neg)),
            (Unary::Abs, Tensor::I64(a)) => Tensor::I64(a.mapv(i64::wrapping_abs)),
            (Unary::Abs, Tensor::I32(a)) => Tensor::I32(a.mapv(i32::wrapping_abs)),
            (Unary::Not, Tensor::Bool(a)) => Tensor::Bool(a.mapv(|x| !x)),
            (Unary::Not, other) => {
                return Err(message!(
                    "reason-node-negates",
                    elementType = format!("{:?}", other.dtype())
                ));
            }
            (_, Tensor::F64(a)) => Tensor::F64(a.mapv(|x| self.apply(x))),
            _ => {
                return floats::output(floats::needed(inputs, 0)?.mapv(|x| self.single(x)), x);
            }
        }])
    }

    fn couple(&self, rule: &mut Rule<'_>) {
        rule.broadcast();
    }

    fn uniform(&self, slice: &Slice<'_>) -> Option<f32> {
        slice.pointwise(self)
    }

    fn activation(&self, _constants: &[Option<&Tensor>]) -> Option<Activation> {
        match self {
            Unary::Exp => Some(Activation::Exp),
            Unary::Sqrt => Some(Activation::Sqrt),
            _ => None,
        }
    }

    fn kernel(&self, _context: &KernelContext<'_>) -> Result<Option<Box<dyn Kernel>>, Message> {
        // Each is rounded as the result in double precision is.
        Ok(match self {
            Unary::Neg => Some(Box::new(MapBy(|x: f32| -x))),
            Unary::Abs => Some(Box::new(MapBy(f32::abs))),
            Unary::Floor => Some(Box::new(MapBy(f32::floor))),
            Unary::Ceil => Some(Box::new(MapBy(f32::ceil))),
            Unary::Reciprocal => Some(Box::new(MapBy(|x: f32| 1.0 / x))),
            Unary::Log => Some(Box::new(MapBy(|x| Unary::Log.single(x)))),
            // As activations, or of truth values.
            Unary::Exp | Unary::Sqrt | Unary::Not => None,
        })
    }

    fn differentiable(
        &self,
        _context: &LearnContext<'_>,
    ) -> Result<Option<Box<dyn Differentiable>>, Message> {
        let slope: fn(f32) -> f32 = match self {
            Unary::Neg => |_| -1.0,
            // None at the kink, as in the frameworks.
            Unary::Abs => |x| if x == 0.0 { 0.0 } else { x.signum() },
            Unary::Log => |x| 1.0 / x,
            Unary::Reciprocal => |x| -1.0 / (x * x),
            // As an activation, or flat wherever there is a slope.
            Unary::Exp | Unary::Sqrt | Unary::Floor | Unary::Ceil | Unary::Not => return Ok(None),
        };
        let function = *self;
        let value = move |x| function.single(x);
        Ok(Some(Box::new(Sloped { value, slope })))
    }
}

impl Unary {
    /// In double precision, rounded once.
    fn single(self, x: f32) -> f32 {
        self.apply(x.into()) as f32
    }

    fn apply(self, x: f64) -> f64 {
        match self {
            Unary::Neg => -x,
            Unary::Abs => x.abs(),
            Unary::Exp => x.exp(),
            Unary::Log => x.ln(),
            Unary::Sqrt => x.sqrt(),
            Unary::Floor => x.floor(),
            Unary::Ceil => x.ceil(),
            Unary::Reciprocal => 1.0 / x,
            Unary::Not => f64::from(x == 0.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernels::grad::Backward;
    use crate::ops::lowering::Operand;

    fn step(function: Unary, length: usize) -> Option<Box<dyn Differentiable>> {
        let operand = Operand {
            shape: vec![length],
            constant: None,
        };
        let context = LearnContext {
            inputs: &[Some(operand)],
            outputs: &[vec![length]],
            of_batch: false,
        };
        function.differentiable(&context).unwrap()
    }

    #[test]
    fn learning_computes_the_very_numbers_that_running_does() {
        let mut numbers = vec![0.0, -0.0, f32::INFINITY, f32::NEG_INFINITY, f32::NAN, 1e-40];
        numbers.extend((1..200).map(|i| 0.37 * i as f32 * if i % 3 == 0 { -1.0 } else { 1.0 }));
        let x = Tensor::from_f32(&[numbers.len()], numbers.clone());
        for function in [Unary::Neg, Unary::Abs, Unary::Log, Unary::Reciprocal] {
            let run = function.evaluate(&[Some(&x)]).unwrap().swap_remove(0);
            let mut learned = vec![9.0; numbers.len()];
            let mut step = step(function, numbers.len()).unwrap();
            step.forward(&[&numbers], &mut [&mut learned], &mut []);
            let bits = |numbers: &[f32]| numbers.iter().map(|x| x.to_bits()).collect::<Vec<_>>();
            assert_eq!(bits(&learned), bits(&run.floats().unwrap()), "{function:?}");
        }
    }

    #[test]
    fn slopes_by_hand() {
        let numbers = [-2.0, 0.0, 4.0];
        for (function, slopes) in [
            (Unary::Neg, [-1.0, -1.0, -1.0]),
            (Unary::Abs, [-1.0, 0.0, 1.0]),
            (Unary::Log, [-0.5, f32::INFINITY, 0.25]),
            (Unary::Reciprocal, [-0.25, f32::NEG_INFINITY, -0.0625]),
        ] {
            let mut wanted = [9.0; 3];
            let mut pass = Backward {
                inputs: &[&numbers],
                outputs: &[&[0.0; 3]],
                given: &[&[2.0; 3]],
                wanted: &mut [Some(&mut wanted)],
            };
            step(function, 3).unwrap().backward(&mut pass, &mut []);
            assert_eq!(wanted, slopes.map(|slope| 2.0 * slope), "{function:?}");
        }
        for function in [Unary::Floor, Unary::Ceil, Unary::Not] {
            assert!(step(function, 3).is_none(), "{function:?}");
        }
    }
}
