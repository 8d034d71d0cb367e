//! The mean of the weights that training passes by (Izmailov et al., “Averaging Weights Leads to Wider Optima and Better
//! Generalization”, UAI 2018).

use crate::engine::Tape;
use crate::error::Result;
use crate::graph::ValueId;
use std::collections::BTreeMap;

/// The mean of several states of one tape: parameters and stored statistics.
pub(super) struct Average {
    count: usize,
    state: BTreeMap<ValueId, Vec<f32>>,
}

impl Average {
    /// The state as it is now. Fails with [`Error::TooLarge`](crate::Error::TooLarge) where there is no memory for it.
    pub fn new(tape: &Tape) -> Result<Self> {
        Ok(Average {
            count: 1,
            state: tape.state()?,
        })
    }

    /// Takes the state as it is now into account: `mean ← mean + (x − mean) / count`.
    pub fn take(&mut self, tape: &Tape) {
        self.count += 1;
        let share = 1.0 / self.count as f32;
        for (value, means) in &mut self.state {
            let numbers = means.iter_mut().zip(tape.value(*value));
            numbers.for_each(|(mean, x)| *mean += share * (x - *mean));
        }
    }

    pub fn state(&self) -> &BTreeMap<ValueId, Vec<f32>> {
        &self.state
    }
}
