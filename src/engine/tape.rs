//! Reverse-mode differentiation of a whole model: a forward pass that keeps every value, and a backward pass that takes
//! a loss's gradient from any values to everything that is learned.

mod findings;
mod fusing;
mod making;
mod resume;
pub(crate) mod room;
mod state;

use crate::error::{Error, Result};
use crate::graph::ValueId;
use crate::kernels::grad::{Backward, Differentiable};
use crate::ops::linear::Linear;
use room::zeros;

/// How normalizations of batches work while learning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Normalization {
    /// By mean and variance of the batch at hand, which also move the stored ones.
    OfBatch,
    /// By the stored mean and variance, which stay as they are.
    Stored,
}

/// A model at a fixed batch size, ready to learn.
pub struct Tape {
    steps: Vec<Step>,
    /// By value: its numbers, where it holds floats that a step reads or makes.
    values: Vec<Vec<f32>>,
    /// By value: the loss's gradient after a backward pass.
    gradients: Vec<Option<Vec<f32>>>,
    /// By value: whether gradients go there.
    needs: Vec<bool>,
    /// What is learned, in the order of the values.
    parameters: Vec<Parameter>,
    inputs: Vec<ValueId>,
    scratch: Vec<f32>,
    /// Buffers that a backward pass has done with, to be used again.
    spare: Vec<Vec<f32>>,
}

/// A stored tensor that is learned.
#[derive(Debug, Clone)]
pub struct Parameter {
    pub value: ValueId,
    pub shape: Vec<usize>,
}

struct Step {
    label: String,
    step: Box<dyn Differentiable>,
    inputs: Vec<Option<usize>>,
    outputs: Vec<Option<usize>>,
    lengths: Vec<usize>,
    /// Where a normalization of batches stores its mean and variance, and how much of the old ones stays.
    statistics: Option<(usize, usize, f32)>,
    /// What was computed before and no later step reads.
    spent: Vec<usize>,
    /// Its place in [`crate::graph::Graph::nodes`].
    node: usize,
    linear: Option<Linear>,
}

impl Tape {
    /// Computes every value from the inputs' numbers, in the model's order.
    pub fn forward(&mut self, inputs: &[&[f32]]) -> Result<()> {
        self.start(inputs)?;
        (0..self.steps.len()).try_for_each(|step| self.compute(step))
    }

    /// As [`Tape::forward`], but a value's numbers go as soon as nobody reads them any more. The outputs stay.
    pub fn sweep(&mut self, inputs: &[&[f32]]) -> Result<()> {
        self.start(inputs)?;
        (0..self.steps.len()).try_for_each(|step| {
            self.compute(step)?;
            self.release(step);
            Ok(())
        })
    }

    /// Takes the inputs' numbers in.
    pub fn start(&mut self, inputs: &[&[f32]]) -> Result<()> {
        for (&value, numbers) in self.inputs.iter().zip(inputs) {
            let own = &mut self.values[value.0 as usize];
            if own.len() != numbers.len() {
                return Err(Error::BadInput(message!(
                    "error-input-length",
                    expected = own.len(),
                    given = numbers.len()
                )));
            }
            own.copy_from_slice(numbers);
        }
        Ok(())
    }

    /// The node of each step, as its place in [`crate::graph::Graph::nodes`], in the order of computing.
    pub fn nodes(&self) -> Vec<usize> {
        self.steps.iter().map(|step| step.node).collect()
    }

    /// How a step's outputs follow from its weights, where it is a layer of weighted sums.
    pub fn linear(&self, step: usize) -> Option<&Linear> {
        self.steps[step].linear.as_ref()
    }

    /// Computes one step; those before it have been computed.
    pub fn compute(&mut self, step: usize) -> Result<()> {
        let step = &mut self.steps[step];
        let mut made = Vec::with_capacity(step.outputs.len());
        for (at, &length) in step.outputs.iter().zip(&step.lengths) {
            let old = at.map_or_else(Vec::new, |at| std::mem::take(&mut self.values[at]));
            made.push(if old.len() == length {
                old
            } else {
                zeros(length)?
            });
        }
        let read = |at: &Option<usize>| at.map_or(&[][..], |at| &self.values[at]);
        let inputs: Vec<&[f32]> = step.inputs.iter().map(read).collect();
        let mut outputs: Vec<&mut [f32]> = made.iter_mut().map(Vec::as_mut_slice).collect();
        step.step.forward(&inputs, &mut outputs, &mut self.scratch);
        for (at, numbers) in step.outputs.iter().zip(made) {
            if let Some(at) = at {
                self.values[*at] = numbers;
            }
        }
        Ok(())
    }

    /// Drops the numbers of what no step after this one reads.
    pub fn release(&mut self, step: usize) {
        for &at in &self.steps[step].spent {
            self.values[at] = Vec::new();
        }
    }

    /// Takes gradients from these values, after a forward pass, to all that is learned.
    ///
    /// Fails with [`Error::TooLarge`] where there is no memory for them.
    pub fn backward(&mut self, seeds: &[(ValueId, &[f32])]) -> Result<()> {
        for gradient in &mut self.gradients {
            self.spare.extend(gradient.take());
        }
        for (value, seed) in seeds {
            // From what is spare, which would grow by a seed each time otherwise.
            let mut own = buffer(&mut self.spare, seed.len())?;
            own.copy_from_slice(seed);
            merge(&mut self.gradients[value.0 as usize], own, &mut self.spare);
        }
        for step in self.steps.iter_mut().rev() {
            let reaches = |at: &Option<usize>| at.is_some_and(|at| self.gradients[at].is_some());
            let wants: Vec<bool> = step
                .inputs
                .iter()
                .map(|at| at.is_some_and(|at| self.needs[at]))
                .collect();
            if !step.outputs.iter().any(reaches) || !wants.contains(&true) {
                continue;
            }
            let given: Vec<Vec<f32>> = step
                .outputs
                .iter()
                .zip(&step.lengths)
                .map(|(at, &length)| {
                    let gradient = at.and_then(|at| self.gradients[at].take());
                    gradient.map_or_else(|| zeros(length), Ok)
                })
                .collect::<Result<_>>()?;
            let mut made: Vec<Option<Vec<f32>>> = step
                .inputs
                .iter()
                .zip(&wants)
                .map(|(at, &wants)| {
                    at.filter(|_| wants)
                        .map(|at| buffer(&mut self.spare, self.values[at].len()))
                        .transpose()
                })
                .collect::<Result<_>>()?;
            let read = |at: &Option<usize>| at.map_or(&[][..], |at| &self.values[at]);
            let inputs: Vec<&[f32]> = step.inputs.iter().map(read).collect();
            let outputs: Vec<&[f32]> = step.outputs.iter().map(read).collect();
            let given_slices: Vec<&[f32]> = given.iter().map(Vec::as_slice).collect();
            let mut wanted: Vec<Option<&mut [f32]>> =
                made.iter_mut().map(|m| m.as_deref_mut()).collect();
            let mut pass = Backward {
                inputs: &inputs,
                outputs: &outputs,
                given: &given_slices,
                wanted: &mut wanted,
            };
            step.step.backward(&mut pass, &mut self.scratch);
            for (at, made) in step.inputs.iter().zip(made) {
                if let (Some(at), Some(made)) = (at, made) {
                    merge(&mut self.gradients[*at], made, &mut self.spare);
                }
            }
            self.spare.extend(given);
        }
        Ok(())
    }

    /// A value's numbers after a forward pass.
    pub fn value(&self, value: ValueId) -> &[f32] {
        &self.values[value.0 as usize]
    }

    /// How many numbers a computed value has.
    pub fn length(&self, value: ValueId) -> usize {
        let at = Some(value.0 as usize);
        let mut made = self
            .steps
            .iter()
            .flat_map(|step| step.outputs.iter().zip(&step.lengths));
        made.find(|(output, _)| **output == at)
            .map_or(0, |(_, &length)| length)
    }

    /// What is learned.
    pub fn parameters(&self) -> &[Parameter] {
        &self.parameters
    }

    /// The gradient by a parameter after a backward pass; `None` where the loss does not depend on it.
    pub fn gradient(&self, value: ValueId) -> Option<&[f32]> {
        self.gradients[value.0 as usize].as_deref()
    }

    /// A parameter's numbers, to be changed, beside its gradient.
    pub fn learn(&mut self, value: ValueId) -> (&mut [f32], Option<&mut [f32]>) {
        let at = value.0 as usize;
        (&mut self.values[at], self.gradients[at].as_deref_mut())
    }

    /// The name of the first node whose output is no number any more, if there is one.
    pub fn first_not_finite(&self) -> Option<&str> {
        let broken = |step: &&Step| {
            let made = step.outputs.iter().flatten();
            made.into_iter()
                .any(|&at| self.values[at].iter().any(|x| !x.is_finite()))
        };
        self.steps
            .iter()
            .find(broken)
            .map(|step| step.label.as_str())
    }
}

/// Adds a gradient to what is there already.
fn merge(to: &mut Option<Vec<f32>>, more: Vec<f32>, spare: &mut Vec<Vec<f32>>) {
    match to {
        None => *to = Some(more),
        Some(sum) => {
            sum.iter_mut().zip(&more).for_each(|(sum, x)| *sum += x);
            spare.push(more);
        }
    }
}

/// A buffer of this length with arbitrary contents, an old one where there is one.
fn buffer(spare: &mut Vec<Vec<f32>>, length: usize) -> Result<Vec<f32>> {
    let fitting = spare.iter().position(|old| old.len() == length);
    match fitting {
        Some(at) => Ok(spare.swap_remove(at)),
        None => zeros(length),
    }
}
