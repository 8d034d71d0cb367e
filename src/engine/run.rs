//! Runs a plan.

use super::Options;
use super::arena::carve;
use super::plan::{Action, Home, Located, Plan, Step};
use super::settle::{Form, Settled};
use crate::error::{Error, Result};
use crate::graph::Graph;
use crate::tensor::{DType, Tensor};
use std::borrow::Cow;
use std::ops::Range;

/// One step of a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StepInfo<'a> {
    /// The name of its node, or of the first one where it does the work of several.
    pub label: &'a str,
    /// Whether a kernel computes it, and not the operator's plain definition.
    pub has_kernel: bool,
}

/// A model that is ready to run, with the memory it runs in.
pub struct Executor {
    plan: Plan,
    arena: Vec<f32>,
    scratch: Vec<f32>,
    slots: Vec<Option<Tensor>>,
}

impl Executor {
    /// Plans a model for one batch size.
    ///
    /// Errors: [`Error::UnsupportedOperators`] names every node that cannot be run, [`Error::TooLarge`] says that
    /// memory does not suffice, [`Error::BadModel`] and [`Error::BadInput`] what contradicts what.
    pub fn new(graph: &Graph, options: &Options) -> Result<Self> {
        Executor::planned(Plan::new(Settled::new(graph, options)?, options.fuse)?)
    }

    /// The same of a model that nobody needs any more: its stored tensors go as soon as they are packed, so that a large model
    /// is not in memory twice.
    pub fn consuming(mut graph: Graph, options: &Options) -> Result<Self> {
        let stored = graph.values.iter_mut().map(|value| value.constant.take());
        let stored: Vec<_> = stored.collect();
        let settled = Settled::with_constants(&graph, stored, options)?;
        Executor::planned(Plan::new(settled, options.fuse)?)
    }

    fn planned(plan: Plan) -> Result<Self> {
        Ok(Executor {
            arena: allocate(plan.arena_len)?,
            scratch: allocate(plan.scratch_len)?,
            slots: vec![None; plan.slots],
            plan,
        })
    }

    /// Computes the outputs, in the model's order, from one tensor for each input, in the model's order.
    pub fn run(&mut self, inputs: &[Tensor]) -> Result<Vec<Tensor>> {
        self.run_watched(inputs, |_| ())
    }

    /// As [`Executor::run`]; calls `after` when a step is done, with its place in [`Executor::steps`], so that whoever has a
    /// clock can tell how long each takes.
    pub fn run_watched(
        &mut self,
        inputs: &[Tensor],
        mut after: impl FnMut(usize),
    ) -> Result<Vec<Tensor>> {
        if inputs.len() != self.plan.inputs.len() {
            return Err(Error::BadInput(message!(
                "error-input-count",
                expected = self.plan.inputs.len(),
                given = inputs.len()
            )));
        }
        for (tensor, (name, located)) in inputs.iter().zip(&self.plan.inputs) {
            if let Some(form) = &located.form {
                check_input(name, form, tensor)?;
            }
            put(located, tensor, &mut self.arena, &mut self.slots);
        }
        for (at, step) in self.plan.steps.iter().enumerate() {
            match &step.action {
                Action::Kernel(kernel) => {
                    let range = |located: &Option<Located>| match &located.as_ref()?.home {
                        Home::Arena(range) => Some(range.clone()),
                        _ => None,
                    };
                    let mut ranges: Vec<Range<usize>> =
                        step.outputs.iter().filter_map(range).collect();
                    let outputs = ranges.len();
                    ranges.extend(step.inputs.iter().filter_map(range));
                    let (slices, owners) = carve(&mut self.arena, &ranges);
                    let mut slices: Vec<Option<&mut [f32]>> =
                        slices.into_iter().map(Some).collect();
                    let mut written: Vec<&mut [f32]> = owners[..outputs]
                        .iter()
                        .map(|&at| slices[at].take().unwrap_or_default())
                        .collect();
                    let read: Vec<&[f32]> = owners[outputs..]
                        .iter()
                        .map(|&at| slices[at].as_deref().unwrap_or_default())
                        .collect();
                    kernel.run(&read, &mut written, &mut self.scratch);
                }
                Action::Evaluate(operator) => {
                    let tensors: Vec<Option<Cow<'_, Tensor>>> = step
                        .inputs
                        .iter()
                        .map(|input| get(input.as_ref()?, &self.arena, &self.slots))
                        .collect();
                    let inputs: Vec<Option<&Tensor>> =
                        tensors.iter().map(Option::as_deref).collect();
                    let results = operator.evaluate(&inputs).map_err(|reason| {
                        Error::BadModel(message!(
                            "error-node-only",
                            node = step.label,
                            reason = reason
                        ))
                    })?;
                    drop(tensors);
                    keep_results(step, results, &mut self.arena, &mut self.slots)?;
                }
            }
            after(at);
        }
        let output = |located| {
            get(located, &self.arena, &self.slots)
                .map(Cow::into_owned)
                .ok_or_else(|| Error::BadModel(message!("error-output-not-computed")))
        };
        self.plan.outputs.iter().map(output).collect()
    }

    /// A value after the last run: an output, or one that [`Options::keep`] names.
    pub fn value(&self, name: &str) -> Option<Tensor> {
        get(self.plan.readable.get(name)?, &self.arena, &self.slots).map(Cow::into_owned)
    }

    /// What a run does, in order.
    pub fn steps(&self) -> impl Iterator<Item = StepInfo<'_>> {
        self.plan.steps.iter().map(|step| StepInfo {
            label: &step.label,
            has_kernel: matches!(step.action, Action::Kernel(_)),
        })
    }

    /// Names, element types and shapes of the inputs, in the model's order.
    pub fn inputs(&self) -> impl Iterator<Item = (&str, DType, &[usize])> {
        let inputs = self.plan.inputs.iter();
        inputs.filter_map(|(name, located)| {
            let form = located.form.as_ref()?;
            Some((&**name, form.dtype, &*form.shape))
        })
    }

    /// Bytes that activations take, working memory of the kernels included.
    pub fn arena_bytes(&self) -> usize {
        (self.arena.len() + self.scratch.len()) * size_of::<f32>()
    }
}

fn allocate(len: usize) -> Result<Vec<f32>> {
    let mut buffer = Vec::new();
    buffer.try_reserve_exact(len).map_err(|_| {
        Error::TooLarge(message!(
            "error-activations-too-large",
            megabytes = len / (1 << 18)
        ))
    })?;
    buffer.resize(len, 0.0);
    Ok(buffer)
}

fn check_input(name: &str, form: &Form, tensor: &Tensor) -> Result<()> {
    if tensor.shape() != form.shape {
        return Err(Error::BadInput(message!(
            "error-input-shape",
            name = name,
            expected = format!("{:?}", form.shape),
            given = format!("{:?}", tensor.shape())
        )));
    }
    let floats = form.dtype.is_float() && tensor.dtype().is_float();
    match floats || form.dtype == tensor.dtype() {
        true => Ok(()),
        false => Err(Error::BadInput(message!(
            "error-input-type",
            name = name,
            expected = format!("{:?}", form.dtype),
            given = format!("{:?}", tensor.dtype())
        ))),
    }
}

/// Takes in what an operator computed.
fn keep_results(
    step: &Step,
    results: Vec<Tensor>,
    arena: &mut [f32],
    slots: &mut [Option<Tensor>],
) -> Result<()> {
    let mut results = results.into_iter();
    for output in &step.outputs {
        let result = results.next();
        let Some(located) = output else { continue };
        match result {
            Some(tensor)
                if located
                    .form
                    .as_ref()
                    .is_none_or(|form| tensor.shape() == form.shape) =>
            {
                put(located, &tensor, arena, slots)
            }
            _ => {
                return Err(Error::BadModel(message!(
                    "error-node-other-shape",
                    node = step.label
                )));
            }
        }
    }
    Ok(())
}

/// Copies a tensor of the right shape to where it belongs.
fn put(located: &Located, tensor: &Tensor, arena: &mut [f32], slots: &mut [Option<Tensor>]) {
    match &located.home {
        Home::Arena(range) => {
            if let Some(floats) = tensor.floats() {
                arena[range.clone()].copy_from_slice(&floats);
            }
        }
        Home::Slot(slot) => slots[*slot] = Some(tensor.clone()),
        Home::Constant(_) => {}
    }
}

/// The tensor at a place, copied only out of the arena.
fn get<'a>(
    located: &'a Located,
    arena: &[f32],
    slots: &'a [Option<Tensor>],
) -> Option<Cow<'a, Tensor>> {
    match &located.home {
        Home::Constant(tensor) => Some(Cow::Borrowed(tensor)),
        Home::Slot(slot) => slots[*slot].as_ref().map(Cow::Borrowed),
        Home::Arena(range) => {
            let floats = arena[range.clone()].to_vec();
            let form = located.form.as_ref()?;
            let tensor = Tensor::from_f32(&form.shape, floats);
            let tensor = match form.dtype {
                DType::F32 => tensor,
                narrow => tensor.cast(narrow)?,
            };
            Some(Cow::Owned(tensor))
        }
    }
}
