//! Reverse-mode differentiation of a whole model: a forward pass that keeps every value, and a backward pass that takes
//! a loss's gradient from any values to everything that is learned.

mod fusing;

use super::Options;
use super::settle::Settled;
use crate::error::{Error, Result};
use crate::graph::{Graph, Storage, ValueId};
use crate::kernels::learn::map::Mapped;
use crate::kernels::learn::moves::Same;
use crate::kernels::learn::{Backward, Differentiable};
use crate::ops::Operator;
use crate::ops::learning::LearnContext;
use crate::ops::linear::Linear;
use crate::ops::lowering::Operand;
use crate::tensor::Tensor;
use half::f16;
use std::collections::BTreeMap;
use std::sync::Arc;

/// How normalisations of batches work while learning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Normalisation {
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
    /// Where a normalisation of batches stores its mean and variance, and how much of the old ones stays.
    statistics: Option<(usize, usize, f32)>,
    /// What was computed before and no later step reads.
    spent: Vec<usize>,
    /// Its place in [`Graph::nodes`].
    node: usize,
    linear: Option<Linear>,
}

impl Tape {
    /// Errors: [`Error::UnsupportedOperators`] and [`Error::BadModel`] as for running, and [`Error::BadModel`] naming a
    /// node that gradients can't pass.
    pub fn new(graph: &Graph, options: &Options, normalisation: Normalisation) -> Result<Self> {
        let settled = Settled::new(graph, options)?;
        let count = graph.values.len();
        let mut tape = Tape {
            steps: Vec::with_capacity(settled.works.len()),
            values: vec![Vec::new(); count],
            gradients: vec![None; count],
            needs: vec![false; count],
            parameters: Vec::new(),
            inputs: graph.inputs.clone(),
            scratch: Vec::new(),
            spare: Vec::new(),
        };
        for &input in &graph.inputs {
            let length = settled.form(input).map_or(0, |f| f.shape.iter().product());
            tape.values[input.0 as usize] = zeros(length)?;
        }
        for work in &settled.works {
            tape.take_in(&settled, work.node, &*work.operator, normalisation)?;
        }
        let mut learned: Vec<ValueId> = tape.parameters.iter().map(|p| p.value).collect();
        learned.sort_unstable();
        learned.dedup();
        tape.parameters = learned
            .into_iter()
            .map(|value| Parameter {
                value,
                shape: settled.form(value).map_or_else(Vec::new, |form| form.shape),
            })
            .collect();
        let longest = tape.steps.iter().map(|step| step.step.scratch_len()).max();
        tape.scratch = zeros(longest.unwrap_or(0))?;
        tape.find_spent(&graph.outputs);
        Ok(tape)
    }

    /// Notes after which step each computed value has been read for the last time.
    fn find_spent(&mut self, outputs: &[ValueId]) {
        let mut last = BTreeMap::new();
        for (i, step) in self.steps.iter().enumerate() {
            last.extend(step.outputs.iter().flatten().map(|&at| (at, i)));
            for at in step.inputs.iter().flatten() {
                last.entry(*at).and_modify(|last| *last = i);
            }
        }
        for output in outputs {
            last.remove(&(output.0 as usize));
        }
        for (at, step) in last {
            self.steps[step].spent.push(at);
        }
    }

    /// Makes a step of one node.
    fn take_in(
        &mut self,
        settled: &Settled<'_>,
        index: usize,
        operator: &dyn Operator,
        normalisation: Normalisation,
    ) -> Result<()> {
        let graph = settled.graph;
        let node = &graph.nodes[index];
        let label = graph.node_label(node);
        let fail =
            |reason: &str| Error::BadModel(format!("node “{label}” ({}) {reason}", node.op_type));
        let mut operands = Vec::with_capacity(node.inputs.len());
        let mut inputs = Vec::with_capacity(node.inputs.len());
        for (i, &input) in node.inputs.iter().enumerate() {
            let form = input.and_then(|value| Some((value, settled.form(value)?)));
            let Some((value, form)) = form else {
                operands.push(None);
                inputs.push(None);
                continue;
            };
            let at = value.0 as usize;
            let constant = settled.constant(value);
            let numbers = constant.and_then(|tensor| tensor.floats());
            // A single number beside an elementwise operator is part of a formula, not a weight.
            let many = form.shape.iter().product::<usize>() > 1;
            let learned = numbers.is_some() && many && operator.learned().contains(&i);
            if let (Some(numbers), true) = (&numbers, self.values[at].is_empty()) {
                self.values[at] = numbers.to_vec();
            }
            if learned && !self.needs[at] {
                self.needs[at] = true;
                self.parameters.push(Parameter {
                    value,
                    shape: form.shape.clone(),
                });
            }
            operands.push(Some(Operand {
                shape: form.shape,
                constant: constant.filter(|_| !learned).cloned(),
            }));
            inputs.push((form.dtype.is_float()).then_some(at));
        }
        let mut outputs = Vec::with_capacity(node.outputs.len());
        let mut shapes = Vec::with_capacity(node.outputs.len());
        let mut lengths = Vec::with_capacity(node.outputs.len());
        for &output in &node.outputs {
            let form = output.and_then(|value| Some((value, settled.form(value)?)));
            let length = form.as_ref().map_or(0, |(_, f)| f.shape.iter().product());
            if form.as_ref().is_some_and(|(_, f)| !f.dtype.is_float()) {
                return Err(fail(
                    "computes numbers that are no floats, which nothing can be learned through",
                ));
            }
            lengths.push(length);
            outputs.push(form.as_ref().map(|(value, _)| value.0 as usize));
            shapes.push(form.map_or_else(Vec::new, |(_, form)| form.shape));
        }
        let context = LearnContext {
            inputs: &operands,
            outputs: &shapes,
            of_batch: normalisation == Normalisation::OfBatch,
        };
        let step = differentiable(operator, &context).map_err(|reason| fail(&reason))?;
        let step = step.ok_or_else(|| {
            fail("has no gradient here, so nothing can be learned or measured through it")
        })?;
        let linear = operator.linear(&context).map_err(|reason| fail(&reason))?;
        let needed = inputs.iter().flatten().any(|&at| self.needs[at]);
        outputs
            .iter()
            .flatten()
            .for_each(|&at| self.needs[at] = needed);
        let stored = |i: usize| node.input(i).map(|value| value.0 as usize);
        let statistics = match (node.op_type.as_str(), stored(3), stored(4)) {
            ("BatchNormalization", Some(mean), Some(variance)) => {
                Some((mean, variance, node.float("momentum").unwrap_or(0.9)))
            }
            _ => None,
        };
        self.steps.push(Step {
            label,
            step,
            inputs,
            outputs,
            lengths,
            statistics,
            spent: Vec::new(),
            node: index,
            linear,
        });
        Ok(())
    }

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
                return Err(Error::BadInput(format!(
                    "an input takes {} numbers, not {}",
                    own.len(),
                    numbers.len()
                )));
            }
            own.copy_from_slice(numbers);
        }
        Ok(())
    }

    /// The node of each step, as its place in [`Graph::nodes`], in the order of computing.
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
    pub fn backward(&mut self, seeds: &[(ValueId, &[f32])]) {
        for gradient in &mut self.gradients {
            self.spare.extend(gradient.take());
        }
        for (value, seed) in seeds {
            // From what is spare, which would grow by a seed each time otherwise.
            let mut own = buffer(&mut self.spare, seed.len());
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
                    gradient.unwrap_or_else(|| vec![0.0; length])
                })
                .collect();
            let mut made: Vec<Option<Vec<f32>>> = step
                .inputs
                .iter()
                .zip(&wants)
                .map(|(at, &wants)| {
                    at.filter(|_| wants)
                        .map(|at| buffer(&mut self.spare, self.values[at].len()))
                })
                .collect();
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

    /// What a step of learning goes by, after a backward pass: the gradient by each parameter (zeros where the loss does not
    /// depend on it), then mean and variance of each normalisation's batch.
    pub fn findings(&self) -> Vec<f32> {
        let mut found = Vec::new();
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
        found
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
    /// towards those statistics, by each node's momentum.
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

    /// Mean and unbiased variance of each normalisation's batch, with where they are stored.
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

    /// The numbers of everything that learning changes: parameters and stored statistics.
    pub fn state(&self) -> BTreeMap<ValueId, Vec<f32>> {
        let statistics = self.steps.iter().filter_map(|step| step.statistics);
        let stored = statistics.flat_map(|(mean, variance, _)| [mean, variance]);
        let learned = self.parameters.iter().map(|p| p.value.0 as usize);
        let all = learned.chain(stored);
        all.map(|at| (ValueId(at as u32), self.values[at].clone()))
            .collect()
    }

    /// Puts numbers of [`Tape::state`] back.
    pub fn restore(&mut self, state: &BTreeMap<ValueId, Vec<f32>>) {
        for (value, numbers) in state {
            self.values[value.0 as usize].copy_from_slice(numbers);
        }
    }

    /// Writes what was learned into a model of the same graph, each tensor in the precision that it is stored in.
    pub fn write_to(&self, graph: &mut Graph) {
        for (value, mut numbers) in self.state() {
            let value = graph.value_mut(value);
            let Some(old) = &value.constant else { continue };
            if value.storage == Storage::HalfThenCast {
                numbers
                    .iter_mut()
                    .for_each(|x| *x = f16::from_f32(*x).to_f32());
            }
            let new: Option<Tensor> = old.with_floats(&numbers);
            value.constant = new.map(Arc::new).or_else(|| value.constant.clone());
        }
    }
}

/// The step of an operator: its own, or what follows from what else it says of itself.
fn differentiable(
    operator: &dyn Operator,
    context: &LearnContext<'_>,
) -> std::result::Result<Option<Box<dyn Differentiable>>, String> {
    if let Some(step) = operator.differentiable(context)? {
        return Ok(Some(step));
    }
    if operator.is_view() {
        return Ok(Some(Box::new(Same)));
    }
    let rest = || context.inputs.iter().skip(1).flatten();
    if rest().any(|operand| operand.constant.is_none()) {
        return Ok(None);
    }
    let constants: Vec<Option<&Tensor>> = (0..context.inputs.len())
        .map(|i| context.constant(i))
        .collect();
    let activation = operator.activation(&constants);
    Ok(activation.map(|activation| Box::new(Mapped { activation }) as Box<dyn Differentiable>))
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
fn buffer(spare: &mut Vec<Vec<f32>>, length: usize) -> Vec<f32> {
    let fitting = spare.iter().position(|old| old.len() == length);
    match fitting {
        Some(at) => spare.swap_remove(at),
        None => vec![0.0; length],
    }
}

fn zeros(length: usize) -> Result<Vec<f32>> {
    let mut numbers = Vec::new();
    numbers.try_reserve_exact(length).map_err(|_| {
        Error::TooLarge("learning with this model needs more memory than there is: take fewer samples at a time".into())
    })?;
    numbers.resize(length, 0.0);
    Ok(numbers)
}
