//! Local response normalization across channels (Krizhevsky, Sutskever and Hinton, 2012).

use super::{Backward, Differentiable};

/// `y = x / s^beta` with `s = bias + alpha / size · Σ x²` over `size` neighboring channels of data (batch, channels, plane).
pub struct Neighbors {
    pub channels: usize,
    pub plane: usize,
    pub size: usize,
    pub alpha: f32,
    pub beta: f32,
    pub bias: f32,
}

impl Neighbors {
    /// The channels that count for channel `c`.
    fn near(&self, c: usize) -> std::ops::RangeInclusive<usize> {
        c.saturating_sub((self.size - 1) / 2)..=(c + self.size / 2).min(self.channels - 1)
    }

    /// `s` of one number, whose channel `c` and place in the plane are given, in one sample.
    fn base(&self, sample: &[f32], c: usize, at: usize) -> f32 {
        let square = |c: usize| sample[c * self.plane + at] * sample[c * self.plane + at];
        let sum: f32 = self.near(c).map(square).sum();
        self.bias + self.alpha / self.size as f32 * sum
    }
}

impl Differentiable for Neighbors {
    fn forward(&mut self, inputs: &[&[f32]], outputs: &mut [&mut [f32]], _scratch: &mut [f32]) {
        let length = (self.channels * self.plane).max(1);
        for (x, out) in inputs[0]
            .chunks_exact(length)
            .zip(outputs[0].chunks_exact_mut(length))
        {
            for (i, out) in out.iter_mut().enumerate() {
                let base = self.base(x, i / self.plane, i % self.plane);
                *out = x[i] * base.powf(-self.beta);
            }
        }
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
