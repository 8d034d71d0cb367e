//! Runs a plan.

use super::Options;
use super::arena::carve;
use super::plan::{Action, Home, Located, Plan, Step};
use super::settle::{Form, Settled};
use crate::error::{Error, Result};
use crate::graph::Graph;
use crate::tensor::{DType, Tensor};
use std::ops::Range;

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
        let plan = Plan::new(Settled::new(graph, options)?, options.fuse)?;
        Ok(Executor {
            arena: allocate(plan.arena_len)?,
            scratch: allocate(plan.scratch_len)?,
            slots: vec![None; plan.slots],
            plan,
        })
    }

    /// Computes the outputs, in the model's order, from one tensor for each input, in the model's order.
    pub fn run(&mut self, inputs: &[Tensor]) -> Result<Vec<Tensor>> {
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
        for step in &self.plan.steps {
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
                    let tensors: Vec<Option<Tensor>> = step
                        .inputs
                        .iter()
                        .map(|input| get(input.as_ref()?, &self.arena, &self.slots))
                        .collect();
                    let inputs: Vec<Option<&Tensor>> = tensors.iter().map(Option::as_ref).collect();
                    let results = operator.evaluate(&inputs).map_err(|reason| {
                        Error::BadModel(message!(
                            "error-node-only",
                            node = step.label,
                            reason = reason
                        ))
                    })?;
                    keep_results(step, results, &mut self.arena, &mut self.slots)?;
                }
            }
        }
        let output = |located| {
            get(located, &self.arena, &self.slots)
                .ok_or_else(|| Error::BadModel(message!("error-output-not-computed")))
        };
        self.plan.outputs.iter().map(output).collect()
    }

    /// A value after the last run: an output, or one that [`Options::keep`] names.
    pub fn value(&self, name: &str) -> Option<Tensor> {
        get(self.plan.readable.get(name)?, &self.arena, &self.slots)
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

fn get(located: &Located, arena: &[f32], slots: &[Option<Tensor>]) -> Option<Tensor> {
    match &located.home {
        Home::Constant(tensor) => Some((**tensor).clone()),
        Home::Slot(slot) => slots[*slot].clone(),
        Home::Arena(range) => {
            let floats = arena[range.clone()].to_vec();
            let form = located.form.as_ref()?;
            let tensor = Tensor::from_f32(&form.shape, floats);
            match form.dtype {
                DType::F32 => Some(tensor),
                narrow => tensor.cast(narrow),
            }
        }
    }
}
