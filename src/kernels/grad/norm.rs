//! Normalization of channels over a batch (Ioffe and Szegedy, “Batch Normalization”, ICML 2015).

use super::sums::{squares, sum, sums};
use super::{Backward, Differentiable};
use crate::simd::F32x4;

/// `scale · (x − mean) / √(variance + epsilon) + shift` by channel. Inputs: data (batch, channels, plane), scale, shift,
/// stored mean, stored variance.
pub struct BatchNorm {
    batch: usize,
    channels: usize,
    plane: usize,
    epsilon: f32,
    /// Whether it normalizes by the mean and variance of the batch at hand, not by the stored ones.
    of_batch: bool,
    /// The range that results are clamped to.
    clamp: Option<(f32, f32)>,
    mean: Vec<f32>,
    /// `1 / √(variance + epsilon)`
    inverse: Vec<f32>,
    unbiased: Vec<f32>,
}

impl BatchNorm {
    /// Normalizes (batch, channels, plane) by the statistics of the batch (`of_batch`) or by stored ones; `epsilon` is added to the
    /// variance.
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
            clamp: None,
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

    /// Plane by plane, so that each is read from memory once (Chan, Golub and LeVeque, “Updating formulae and a pairwise
    /// algorithm for computing sample variances”, 1979).
    fn measure(&mut self, x: &[f32], channel: usize) {
        let plane = self.plane as f64;
        let (mut mean, mut spread) = (0.0, 0.0);
        for (before, at) in self.planes(channel).enumerate() {
            let x = &x[at];
            let own = sum(x, x, |x, _| x) / plane;
            let center = own as f32;
            let off = own - f64::from(center);
            spread += squares(x, center) - off * off * plane;
            let (before, apart) = (before as f64, own - mean);
            mean += apart / (before + 1.0);
            spread += apart * apart * plane * before / (before + 1.0);
        }
        let count = self.batch as f64 * plane;
        self.mean[channel] = mean as f32;
        self.inverse[channel] = (1.0 / (spread / count + f64::from(self.epsilon)).sqrt()) as f32;
        self.unbiased[channel] = (spread / (count - 1.0).max(1.0)) as f32;
    }

    /// What a channel's numbers are multiplied by, and what is then added.
    fn line(&self, channel: usize, scale: f32, shift: f32) -> (f32, f32) {
        let factor = scale * self.inverse[channel];
        (factor, shift - self.mean[channel] * factor)
    }
}

/// What of a gradient comes through the clamp behind a channel's normalization, where there is one.
struct Through {
    factor: F32x4,
    summand: F32x4,
    clamp: Option<(F32x4, F32x4)>,
}

impl Through {
    fn new(norm: &BatchNorm, channel: usize, scale: f32, shift: f32) -> Self {
        let (factor, summand) = norm.line(channel, scale, shift);
        let ends = |(low, high)| (F32x4::splat(low), F32x4::splat(high));
        Through {
            factor: F32x4::splat(factor),
            summand: F32x4::splat(summand),
            clamp: norm.clamp.map(ends),
        }
    }

    /// `x` is what the normalization saw.
    #[inline(always)]
    fn of(&self, given: F32x4, x: F32x4) -> F32x4 {
        let Some((low, high)) = self.clamp else {
            return given;
        };
        let y = x.mul(self.factor).add(self.summand);
        let nothing = F32x4::splat(0.0);
        let below = high.above(y).choose(given, nothing);
        y.above(low).choose(below, nothing)
    }
}

/// Writes `f` of each two numbers, four by four.
#[inline(always)]
fn each_four(a: &[f32], b: &[f32], out: &mut [f32], f: impl Fn(F32x4, F32x4) -> F32x4) {
    let len = out.len();
    if len < 4 {
        let (mut four_a, mut four_b) = ([0.0; 4], [0.0; 4]);
        four_a[..len].copy_from_slice(a);
        four_b[..len].copy_from_slice(b);
        f(F32x4::load(&four_a), F32x4::load(&four_b)).store(&mut four_a);
        return out.copy_from_slice(&four_a[..len]);
    }
    let pairs = a.as_chunks().0.iter().zip(b.as_chunks().0);
    for (out, (a, b)) in out.as_chunks_mut().0.iter_mut().zip(pairs) {
        f(F32x4::load(a), F32x4::load(b)).store(out);
    }
    // Some of the last four may have been written already.
    let (a, b) = (&a[len - 4..], &b[len - 4..]);
    f(F32x4::load_slice(a), F32x4::load_slice(b)).store_slice(&mut out[len - 4..]);
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
            let (factor, summand) = self.line(channel, scale, inputs[2][channel]);
            let (low, high) = self.clamp.unwrap_or((f32::NEG_INFINITY, f32::INFINITY));
            for at in self.planes(channel) {
                for (y, &x) in outputs[0][at.clone()].iter_mut().zip(&x[at]) {
                    let normal = x * factor + summand;
                    let normal = if normal < low { low } else { normal };
                    *y = if normal > high { high } else { normal };
                }
            }
        }
    }

    fn backward(&mut self, pass: &mut Backward<'_, '_>, _scratch: &mut [f32]) {
        let [x, scale, shift] = [0, 1, 2].map(|i| pass.inputs[i]);
        let given = pass.given[0];
        let count = (self.batch * self.plane) as f64;
        for channel in 0..self.channels {
            let (mean, inverse) = (self.mean[channel], self.inverse[channel]);
            let through = Through::new(self, channel, scale[channel], shift[channel]);
            let center = F32x4::splat(mean);
            let (mut of_shift, mut of_scale) = (0.0, 0.0);
            for at in self.planes(channel) {
                let [plain, weighted] = sums(&given[at.clone()], &x[at], |given, x| {
                    let given = through.of(given, x);
                    [given, given.mul(x.sub(center))]
                });
                of_shift += plain;
                of_scale += weighted;
            }
            of_scale *= f64::from(inverse);
            if let Some(wanted) = pass.want(1) {
                wanted[channel] = of_scale as f32;
            }
            if let Some(wanted) = pass.want(2) {
                wanted[channel] = of_shift as f32;
            }
            let Some(wanted) = pass.want(0) else { continue };
            // What the batch's own mean and variance take back.
            let (by_mean, by_deviation) = match self.of_batch {
                true => (
                    (of_shift / count) as f32,
                    (of_scale / count) as f32 * inverse,
                ),
                false => (0.0, 0.0),
            };
            let factor = scale[channel] * inverse;
            let (factor, by_mean) = (F32x4::splat(factor), F32x4::splat(by_mean));
            let by_deviation = F32x4::splat(by_deviation);
            for at in self.planes(channel) {
                each_four(
                    &given[at.clone()],
                    &x[at.clone()],
                    &mut wanted[at],
                    |given, x| {
                        let given = through.of(given, x).sub(by_mean);
                        factor.mul(given.sub(x.sub(center).mul(by_deviation)))
                    },
                );
            }
        }
    }

    fn absorb(&mut self, low: f32, high: f32) -> bool {
        let free = self.clamp.is_none();
        self.clamp = self.clamp.or(Some((low, high)));
        free
    }

    fn statistics(&self) -> Option<(&[f32], &[f32])> {
        self.of_batch.then_some((&self.mean, &self.unbiased))
    }
}
