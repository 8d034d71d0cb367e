//! Normalisation of channels over a batch (Ioffe and Szegedy, “Batch Normalization”, ICML 2015).

use super::sums::sum;
use super::{Backward, Differentiable};

/// `scale · (x − mean) / √(variance + epsilon) + shift` by channel. Inputs: data (batch, channels, plane), scale, shift,
/// stored mean, stored variance.
pub struct BatchNorm {
    batch: usize,
    channels: usize,
    plane: usize,
    epsilon: f32,
    /// Whether it normalises by the mean and variance of the batch at hand, not by the stored ones.
    of_batch: bool,
    mean: Vec<f32>,
    /// `1 / √(variance + epsilon)`
    inverse: Vec<f32>,
    unbiased: Vec<f32>,
}

impl BatchNorm {
    pub fn new(
        (batch, channels, plane): (usize, usize, usize),
        epsilon: f32,
        of_batch: bool,
    ) -> Self {
        BatchNorm {
            batch,
            channels,
            plane,
            epsilon,
            of_batch,
            mean: vec![0.0; channels],
            inverse: vec![0.0; channels],
            unbiased: vec![0.0; channels],
        }
    }

    /// The planes of one channel.
    fn planes(&self, channel: usize) -> impl Iterator<Item = std::ops::Range<usize>> + use<> {
        let (channels, plane) = (self.channels, self.plane);
        (0..self.batch).map(move |sample| {
            let start = (sample * channels + channel) * plane;
            start..start + plane
        })
    }

    fn measure(&mut self, x: &[f32], channel: usize) {
        let count = (self.batch * self.plane) as f64;
        let of_planes =
            |f: &dyn Fn(&[f32]) -> f64| self.planes(channel).map(|at| f(&x[at])).sum::<f64>();
        let mean = of_planes(&|x| sum(x, x, |x, _| x)) / count;
        let center = mean as f32;
        let squares = of_planes(&|x| sum(x, x, |x, _| (x - center) * (x - center)));
        self.mean[channel] = center;
        self.inverse[channel] = (1.0 / (squares / count + f64::from(self.epsilon)).sqrt()) as f32;
        self.unbiased[channel] = (squares / (count - 1.0).max(1.0)) as f32;
    }
}

impl Differentiable for BatchNorm {
    fn forward(&mut self, inputs: &[&[f32]], outputs: &mut [&mut [f32]], _scratch: &mut [f32]) {
        let (x, scale) = (inputs[0], inputs[1]);
        for (channel, &scale) in scale.iter().enumerate() {
            if self.of_batch {
                self.measure(x, channel);
            } else {
                self.mean[channel] = inputs[3][channel];
                self.inverse[channel] = (inputs[4][channel] + self.epsilon).sqrt().recip();
            }
            let factor = scale * self.inverse[channel];
            let summand = inputs[2][channel] - self.mean[channel] * factor;
            for at in self.planes(channel) {
                for (y, &x) in outputs[0][at.clone()].iter_mut().zip(&x[at]) {
                    *y = x * factor + summand;
                }
            }
        }
    }

    fn backward(&mut self, pass: &mut Backward<'_, '_>, _scratch: &mut [f32]) {
        let (x, scale, given) = (pass.inputs[0], pass.inputs[1], pass.given[0]);
        let count = (self.batch * self.plane) as f64;
        for channel in 0..self.channels {
            let (mean, inverse) = (self.mean[channel], self.inverse[channel]);
            let of_shift: f64 = self
                .planes(channel)
                .map(|at| {
                    let g = &given[at];
                    sum(g, g, |g, _| g)
                })
                .sum();
            let of_scale: f64 = self
                .planes(channel)
                .map(|at| sum(&given[at.clone()], &x[at], |g, x| g * (x - mean)))
                .sum::<f64>()
                * f64::from(inverse);
            if let Some(wanted) = pass.want(1) {
                wanted[channel] = of_scale as f32;
            }
            if let Some(wanted) = pass.want(2) {
                wanted[channel] = of_shift as f32;
            }
            let Some(wanted) = pass.want(0) else { continue };
            let factor = scale[channel] * inverse;
            // What the batch's own mean and variance take back.
            let (by_mean, by_deviation) = match self.of_batch {
                true => (
                    (of_shift / count) as f32,
                    (of_scale / count) as f32 * inverse,
                ),
                false => (0.0, 0.0),
            };
            for at in self.planes(channel) {
                let numbers = x[at.clone()].iter().zip(&given[at.clone()]);
                for (wanted, (&x, &given)) in wanted[at].iter_mut().zip(numbers) {
                    *wanted = factor * (given - by_mean - (x - mean) * by_deviation);
                }
            }
        }
    }

    fn statistics(&self) -> Option<(&[f32], &[f32])> {
        self.of_batch.then_some((&self.mean, &self.unbiased))
    }
}
