//! Steps that one sweep over memory does together.

use super::{Step, Tape};
use crate::graph::ValueId;

impl Tape {
    /// Lets steps take over the clamps behind them. What lies between the two is then not to be had any more, except for
    /// what `kept` names; the outputs are to be among these.
    pub fn fuse(&mut self, kept: &[ValueId]) {
        let mut readers = vec![0; self.values.len()];
        for &at in self
            .steps
            .iter()
            .flat_map(|step| step.inputs.iter().flatten())
        {
            readers[at] += 1;
        }
        for value in kept {
            readers[value.0 as usize] += 1;
        }
        let mut steps: Vec<Step> = Vec::with_capacity(self.steps.len());
        for step in self.steps.drain(..) {
            let between = step.inputs.first().copied().flatten();
            let maker = between
                .filter(|&at| readers[at] == 1)
                .and_then(|_| steps.iter_mut().find(|maker| maker.outputs == [between]));
            let clamp = step.step.clamp();
            let taken = maker
                .zip(clamp)
                .and_then(|(maker, (low, high))| maker.step.absorb(low, high).then_some(maker));
            let Some(maker) = taken else {
                steps.push(step);
                continue;
            };
            maker.outputs = step.outputs;
            let spent = step.spent.into_iter().filter(|&at| Some(at) != between);
            maker.spent.extend(spent);
        }
        self.steps = steps;
    }
}
