//! Functions of one number.

use super::{Backward, Differentiable};
use crate::Activation;

/// An activation, applied to each element of the first input.
pub struct Mapped {
    pub activation: Activation,
}

impl Differentiable for Mapped {
    fn forward(&mut self, inputs: &[&[f32]], outputs: &mut [&mut [f32]], _scratch: &mut [f32]) {
        outputs[0].copy_from_slice(inputs[0]);
        self.activation.apply(outputs[0]);
    }

    fn backward(&mut self, pass: &mut Backward<'_, '_>, _scratch: &mut [f32]) {
        let (x, y, given) = (pass.inputs[0], pass.outputs[0], pass.given[0]);
        if let Some(wanted) = pass.want(0) {
            self.activation.gradient(x, y, given, wanted);
        }
    }

    fn clamp(&self) -> Option<(f32, f32)> {
        self.activation.clamp()
    }
}

/// Any function, applied to each element of the first input, with its slope.
pub struct Sloped<F> {
    pub value: F,
    pub slope: fn(f32) -> f32,
}

impl<F: Fn(f32) -> f32 + Send> Differentiable for Sloped<F> {
    fn forward(&mut self, inputs: &[&[f32]], outputs: &mut [&mut [f32]], _scratch: &mut [f32]) {
        for (y, &x) in outputs[0].iter_mut().zip(inputs[0]) {
            *y = (self.value)(x);
        }
    }

    fn backward(&mut self, pass: &mut Backward<'_, '_>, _scratch: &mut [f32]) {
        let (x, given) = (pass.inputs[0], pass.given[0]);
        if let Some(wanted) = pass.want(0) {
            for (wanted, (&x, &given)) in wanted.iter_mut().zip(x.iter().zip(given)) {
                *wanted = given * (self.slope)(x);
            }
        }
    }
}
