//! Resampling along axes, as a step that gradients pass through.

use super::{Backward, Differentiable};
use crate::Kernel;
use crate::resample::Resampled;

impl Differentiable for Resampled {
    fn scratch_len(&self) -> usize {
        let lengths = self.stages().iter().flat_map(|stage| stage.lengths());
        2 * lengths.max().unwrap_or(0)
    }

    fn forward(&mut self, inputs: &[&[f32]], outputs: &mut [&mut [f32]], scratch: &mut [f32]) {
        self.run(&inputs[..1], outputs, scratch);
    }

    fn backward(&mut self, pass: &mut Backward<'_, '_>, scratch: &mut [f32]) {
        let half = Differentiable::scratch_len(self) / 2;
        let (mut from, mut to) = scratch.split_at_mut(half);
        from[..pass.given[0].len()].copy_from_slice(pass.given[0]);
        for stage in self.stages().iter().rev() {
            let [input, output] = stage.lengths();
            stage.backward(&from[..output], &mut to[..input]);
            std::mem::swap(&mut from, &mut to);
        }
        if let Some(wanted) = pass.want(0) {
            wanted.copy_from_slice(&from[..wanted.len()]);
        }
    }
}
