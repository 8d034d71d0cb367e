//! Local response normalization across channels, as a step that gradients pass through.

use super::{Backward, Differentiable};
use crate::Kernel;
use crate::neighbors::Neighbors;

impl Neighbors {
    /// `s` of one number, whose channel `c` and place in the plane are given, in one sample.
    fn base(&self, sample: &[f32], c: usize, at: usize) -> f32 {
        let square = |c: usize| sample[c * self.plane + at] * sample[c * self.plane + at];
        let sum: f32 = self.near(c).map(square).sum();
        self.bias + self.alpha / self.size as f32 * sum
    }
}

impl Differentiable for Neighbors {
    fn scratch_len(&self) -> usize {
        Kernel::scratch_len(self)
    }

    fn forward(&mut self, inputs: &[&[f32]], outputs: &mut [&mut [f32]], scratch: &mut [f32]) {
        self.run(inputs, outputs, scratch);
    }

    /// `dx = dy / s^beta − 2·alpha·beta / size · x · Σ dy·x / s^(beta + 1)` over the channels that this one counts for.
    fn backward(&mut self, pass: &mut Backward<'_, '_>, _scratch: &mut [f32]) {
        let (x, given) = (pass.inputs[0], pass.given[0]);
        let Some(wanted) = pass.want(0) else { return };
        let length = (self.channels * self.plane).max(1);
        let factor = 2.0 * self.alpha * self.beta / self.size as f32;
        for start in (0..x.len()).step_by(length) {
            let (x, given) = (&x[start..][..length], &given[start..][..length]);
            let wanted = &mut wanted[start..][..length];
            for at in 0..self.plane {
                let bases: Vec<f32> = (0..self.channels).map(|c| self.base(x, c, at)).collect();
                for c in 0..self.channels {
                    let place = |c: usize| c * self.plane + at;
                    let counting =
                        (0..self.channels).filter(|&other| self.near(other).contains(&c));
                    let back: f32 = counting
                        .map(|o| given[place(o)] * x[place(o)] * bases[o].powf(-self.beta - 1.0))
                        .sum();
                    let own = given[place(c)] * bases[c].powf(-self.beta);
                    wanted[place(c)] = own - factor * x[place(c)] * back;
                }
            }
        }
    }
}
