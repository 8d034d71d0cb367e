//! Resampling along axes: each output position is a weighted sum of input positions.

use super::{Backward, Differentiable};

/// What happens along one axis.
pub struct Stage {
    /// Product of the lengths before the axis, and behind it.
    pub outer: usize,
    pub inner: usize,
    pub input: usize,
    /// By output position: the input positions with their weights.
    pub taps: Vec<Vec<(usize, f32)>>,
}

/// One axis after the other.
pub struct Resampled {
    pub stages: Vec<Stage>,
}

impl Stage {
    /// Calls `body` with the starts of a run of `inner` numbers in the output and in the input, and a weight.
    fn each(&self, mut body: impl FnMut(usize, usize, f32)) {
        for outer in 0..self.outer {
            for (at, taps) in self.taps.iter().enumerate() {
                for &(from, weight) in taps {
                    let to = (outer * self.taps.len() + at) * self.inner;
                    body(to, (outer * self.input + from) * self.inner, weight);
                }
            }
        }
    }

    fn forward(&self, x: &[f32]) -> Vec<f32> {
        let mut out = vec![0.0; self.outer * self.taps.len() * self.inner];
        self.each(|to, from, weight| {
            let (out, x) = (&mut out[to..][..self.inner], &x[from..][..self.inner]);
            out.iter_mut()
                .zip(x)
                .for_each(|(out, x)| *out += weight * x);
        });
        out
    }

    fn backward(&self, given: &[f32]) -> Vec<f32> {
        let mut wanted = vec![0.0; self.outer * self.input * self.inner];
        self.each(|from, to, weight| {
            let (wanted, given) = (
                &mut wanted[to..][..self.inner],
                &given[from..][..self.inner],
            );
            wanted
                .iter_mut()
                .zip(given)
                .for_each(|(wanted, given)| *wanted += weight * given);
        });
        wanted
    }
}

impl Differentiable for Resampled {
    fn forward(&mut self, inputs: &[&[f32]], outputs: &mut [&mut [f32]], _scratch: &mut [f32]) {
        let stages = self.stages.iter();
        let out = stages.fold(inputs[0].to_vec(), |x, stage| stage.forward(&x));
        outputs[0].copy_from_slice(&out);
    }

    fn backward(&mut self, pass: &mut Backward<'_, '_>, _scratch: &mut [f32]) {
        let stages = self.stages.iter().rev();
        let back = stages.fold(pass.given[0].to_vec(), |given, stage| {
            stage.backward(&given)
        });
        if let Some(wanted) = pass.want(0) {
            wanted.copy_from_slice(&back);
        }
    }
}
