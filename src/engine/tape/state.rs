//! What learning changes of a model: taken out, put back, and written into the model.

use super::Tape;
use super::room::copy;
use crate::error::Result;
use crate::graph::{Graph, Storage, ValueId};
use crate::tensor::Tensor;
use half::f16;
use std::collections::BTreeMap;
use std::sync::Arc;

impl Tape {
    /// The numbers of everything that learning changes: parameters and stored statistics.
    ///
    /// Fails with [`Error::TooLarge`](crate::Error::TooLarge) where there is no memory for them.
    pub fn state(&self) -> Result<BTreeMap<ValueId, Vec<f32>>> {
        let all = self.changing();
        all.map(|(value, numbers)| Ok((value, copy(numbers)?)))
            .collect()
    }

    /// Puts the numbers as they are now in place of those of a [`Tape::state`] from before.
    pub fn renew(&self, state: &mut BTreeMap<ValueId, Vec<f32>>) {
        for (value, numbers) in state {
            numbers.copy_from_slice(self.value(*value));
        }
    }

    /// Puts numbers of [`Tape::state`] back.
    pub fn restore(&mut self, state: &BTreeMap<ValueId, Vec<f32>>) {
        for (value, numbers) in state {
            self.values[value.0 as usize].copy_from_slice(numbers);
        }
    }

    /// Writes what was learned into a model of the same graph, each tensor in the precision that it is stored in.
    pub fn write_to(&self, graph: &mut Graph) {
        write(self.changing(), graph);
    }

    /// Writes numbers of [`Tape::state`] into a model of the same graph, in the same way.
    pub fn write_state_to(state: &BTreeMap<ValueId, Vec<f32>>, graph: &mut Graph) {
        write(state.iter().map(|(id, numbers)| (*id, &numbers[..])), graph);
    }

    fn changing(&self) -> impl Iterator<Item = (ValueId, &[f32])> {
        let statistics = self.steps.iter().filter_map(|step| step.statistics);
        let stored = statistics.flat_map(|(mean, variance, _)| [mean, variance]);
        let learned = self.parameters.iter().map(|p| p.value.0 as usize);
        let all = learned.chain(stored);
        all.map(|at| (ValueId(at as u32), &self.values[at][..]))
    }
}

fn write<'a>(numbers: impl Iterator<Item = (ValueId, &'a [f32])>, graph: &mut Graph) {
    for (value, numbers) in numbers {
        let value = graph.value_mut(value);
        let Some(old) = &value.constant else { continue };
        let mut numbers = numbers.to_vec();
        if value.storage == Storage::HalfThenCast {
            numbers
                .iter_mut()
                .for_each(|x| *x = f16::from_f32(*x).to_f32());
        }
        let new: Option<Tensor> = old.with_floats(&numbers);
        value.constant = new.map(Arc::new).or_else(|| value.constant.clone());
    }
}
