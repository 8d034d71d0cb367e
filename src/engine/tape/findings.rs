//! What a step of learning goes by, in one row of numbers, so that those who learn a model together can hand it round.

use super::Tape;
use super::room::room;
use crate::error::Result;
use crate::graph::ValueId;

impl Tape {
    /// What a step of learning goes by, after a backward pass: the gradient by each parameter (zeros where the loss does not
    /// depend on it), then mean and variance of each normalization's batch.
    ///
    /// Fails with [`Error::TooLarge`](crate::Error::TooLarge) where there is no memory for them.
    pub fn findings(&self) -> Result<Vec<f32>> {
        let mut found = room(self.findings_len())?;
        for parameter in &self.parameters {
            let at = parameter.value.0 as usize;
            match &self.gradients[at] {
                Some(gradient) => found.extend(gradient),
                None => found.resize(found.len() + self.values[at].len(), 0.0),
            }
        }
        for (_, _, mean, variance) in self.statistics() {
            found.extend(mean);
            found.extend(variance);
        }
        Ok(found)
    }

    /// How many numbers [`Tape::findings`] gives.
    pub fn findings_len(&self) -> usize {
        let parameters = self.parameters.iter();
        let gradients: usize = parameters
            .map(|p| self.values[p.value.0 as usize].len())
            .sum();
        let statistics = self.statistics().map(|(_, _, m, v)| m.len() + v.len());
        gradients + statistics.sum::<usize>()
    }

    /// Puts the findings of a whole batch in place of its own: those gradients, and the stored means and variances moved
    /// toward those statistics, by each node's momentum.
    ///
    /// `found` is laid out as [`Tape::findings`] does it.
    pub fn follow(&mut self, found: &[f32]) {
        let mut rest = found;
        let mut take = |length: usize| {
            let (taken, after) = rest.split_at(length);
            rest = after;
            taken
        };
        for parameter in &self.parameters {
            let at = parameter.value.0 as usize;
            let numbers = take(self.values[at].len());
            if let Some(gradient) = &mut self.gradients[at] {
                gradient.copy_from_slice(numbers);
            }
        }
        for step in &self.steps {
            let (Some((mean, variance, stays)), Some(_)) =
                (step.statistics, step.step.statistics())
            else {
                continue;
            };
            for at in [mean, variance] {
                let stored = &mut self.values[at];
                let found = take(stored.len());
                for (stored, &new) in stored.iter_mut().zip(found) {
                    *stored = *stored * stays + new * (1.0 - stays);
                }
            }
        }
    }

    /// Mean and unbiased variance of each normalization's batch, with where they are stored.
    pub fn statistics(&self) -> impl Iterator<Item = (ValueId, ValueId, &[f32], &[f32])> {
        self.steps.iter().filter_map(|step| {
            let (mean, variance, _) = step.statistics?;
            let (of_mean, of_variance) = step.step.statistics()?;
            Some((
                ValueId(mean as u32),
                ValueId(variance as u32),
                of_mean,
                of_variance,
            ))
        })
    }
}
