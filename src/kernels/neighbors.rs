//! Local response normalization across channels (Krizhevsky, Sutskever and Hinton, 2012).

use super::Kernel;

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
    pub fn near(&self, c: usize) -> std::ops::RangeInclusive<usize> {
        c.saturating_sub((self.size - 1) / 2)..=(c + self.size / 2).min(self.channels - 1)
    }
}

impl Kernel for Neighbors {
    fn scratch_len(&self) -> usize {
        self.plane
    }

    fn run(&self, inputs: &[&[f32]], outputs: &mut [&mut [f32]], scratch: &mut [f32]) {
        if self.plane == 0 {
            return;
        }
        let bases = &mut scratch[..self.plane];
        let share = self.alpha / self.size as f32;
        let length = self.channels * self.plane;
        let planes = outputs[0].chunks_exact_mut(self.plane);
        for (at, out) in planes.enumerate() {
            let (sample, c) = (at / self.channels, at % self.channels);
            let plane = |c: usize| &inputs[0][sample * length + c * self.plane..][..self.plane];
            bases.fill(0.0);
            for near in self.near(c) {
                let both = bases.iter_mut().zip(plane(near));
                both.for_each(|(sum, x)| *sum += x * x);
            }
            bases
                .iter_mut()
                .for_each(|sum| *sum = self.bias + share * *sum);
            let both = plane(c).iter().zip(&*bases);
            let each = out.iter_mut().zip(both);
            // The usual exponent needs no logarithm.
            if self.beta == 0.75 {
                each.for_each(|(y, (x, s))| *y = x / (s.sqrt() * s.sqrt().sqrt()));
            } else {
                let beta = f64::from(self.beta);
                each.for_each(|(y, (x, s))| *y = x / f64::from(*s).powf(beta) as f32);
            }
        }
    }
}
