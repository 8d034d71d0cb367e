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

    /// Numbers that come in, and that go out.
    fn lengths(&self) -> [usize; 2] {
        [self.input, self.taps.len()].map(|length| self.outer * length * self.inner)
    }

    fn forward(&self, x: &[f32], out: &mut [f32]) {
        out.fill(0.0);
        self.each(|to, from, weight| {
            let (out, x) = (&mut out[to..][..self.inner], &x[from..][..self.inner]);
            out.iter_mut()
                .zip(x)
                .for_each(|(out, x)| *out += weight * x);
        });
    }

    fn backward(&self, given: &[f32], wanted: &mut [f32]) {
        wanted.fill(0.0);
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
    }
}

impl Resampled {
    /// The most numbers that there are before or behind a stage.
    fn longest(&self) -> usize {
        let lengths = self.stages.iter().flat_map(Stage::lengths);
        lengths.max().unwrap_or(0)
    }
}

impl Differentiable for Resampled {
    fn scratch_len(&self) -> usize {
        2 * self.longest()
    }

    fn forward(&mut self, inputs: &[&[f32]], outputs: &mut [&mut [f32]], scratch: &mut [f32]) {
        let (mut from, mut to) = scratch.split_at_mut(self.longest());
        from[..inputs[0].len()].copy_from_slice(inputs[0]);
        for stage in &self.stages {
            let [input, output] = stage.lengths();
            stage.forward(&from[..input], &mut to[..output]);
            std::mem::swap(&mut from, &mut to);
        }
        outputs[0].copy_from_slice(&from[..outputs[0].len()]);
    }

    fn backward(&mut self, pass: &mut Backward<'_, '_>, scratch: &mut [f32]) {
        let (mut from, mut to) = scratch.split_at_mut(self.longest());
        from[..pass.given[0].len()].copy_from_slice(pass.given[0]);
        for stage in self.stages.iter().rev() {
            let [input, output] = stage.lengths();
            stage.backward(&from[..output], &mut to[..input]);
            std::mem::swap(&mut from, &mut to);
        }
        if let Some(wanted) = pass.want(0) {
            wanted.copy_from_slice(&from[..wanted.len()]);
        }
    }
}
