//! Numbers that only move.

use super::{Backward, Differentiable};

/// The output holds the first input's numbers in the same order.
pub struct Same;

impl Differentiable for Same {
    fn forward(&mut self, inputs: &[&[f32]], outputs: &mut [&mut [f32]], _scratch: &mut [f32]) {
        outputs[0].copy_from_slice(inputs[0]);
    }

    fn backward(&mut self, pass: &mut Backward<'_, '_>, _scratch: &mut [f32]) {
        let given = pass.given[0];
        if let Some(wanted) = pass.want(0) {
            wanted.copy_from_slice(given);
        }
    }
}

/// Each element of each output is an element of an input, or a constant.
pub struct Moved {
    /// By output, by element: the place among all inputs' elements put one after the other, from 1 on; 0 where a
    /// constant is filled in.
    pub sources: Vec<Vec<u32>>,
    /// Lengths of the inputs that are moved; 0 where an input says how.
    pub lengths: Vec<usize>,
    /// What is filled in.
    pub filling: f32,
}

impl Differentiable for Moved {
    fn scratch_len(&self) -> usize {
        self.lengths.iter().sum::<usize>() + 1
    }

    fn forward(&mut self, inputs: &[&[f32]], outputs: &mut [&mut [f32]], scratch: &mut [f32]) {
        scratch[0] = self.filling;
        let mut at = 1;
        for (input, &length) in inputs.iter().zip(&self.lengths) {
            scratch[at..at + length].copy_from_slice(&input[..length]);
            at += length;
        }
        for (output, sources) in outputs.iter_mut().zip(&self.sources) {
            for (to, &from) in output.iter_mut().zip(sources) {
                *to = scratch[from as usize];
            }
        }
    }

    fn backward(&mut self, pass: &mut Backward<'_, '_>, scratch: &mut [f32]) {
        let all = &mut scratch[..self.lengths.iter().sum::<usize>() + 1];
        all.fill(0.0);
        for (given, sources) in pass.given.iter().zip(&self.sources) {
            for (&given, &to) in given.iter().zip(sources) {
                all[to as usize] += given;
            }
        }
        let mut at = 1;
        for (i, &length) in self.lengths.iter().enumerate() {
            if let Some(wanted) = pass.want(i) {
                wanted.copy_from_slice(&all[at..at + length]);
            }
            at += length;
        }
    }
}
