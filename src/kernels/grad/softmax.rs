//! Softmax along one axis.

use super::{Backward, Differentiable};
use crate::Kernel;
use crate::rows::Softmax;

/// Shares that sum to 1.
pub struct Shares(pub Softmax);

impl Differentiable for Shares {
    fn forward(&mut self, inputs: &[&[f32]], outputs: &mut [&mut [f32]], scratch: &mut [f32]) {
        self.0.run(&inputs[..1], outputs, scratch);
    }

    /// `dx = y · (dy − Σ y·dy)`
    fn backward(&mut self, pass: &mut Backward<'_, '_>, _scratch: &mut [f32]) {
        let (y, given) = (pass.outputs[0], pass.given[0]);
        let Some(wanted) = pass.want(0) else { return };
        let Softmax { length, inner } = self.0;
        let block = (length * inner).max(1);
        for start in (0..y.len()).step_by(block) {
            for column in start..start + inner {
                let places = (column..start + block).step_by(inner.max(1));
                let mean: f32 = places.clone().map(|i| y[i] * given[i]).sum();
                places.for_each(|i| wanted[i] = y[i] * (given[i] - mean));
            }
        }
    }
}
