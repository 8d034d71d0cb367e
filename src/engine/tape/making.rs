//! A tape of a model: a step for each node that runs, with what it reads, makes and learns.

use super::room::{copy, room, zeros};
use super::{Normalization, Parameter, Step, Tape};
use crate::engine::Options;
use crate::engine::settle::Settled;
use crate::error::{Error, Result};
use crate::graph::{Graph, ValueId};
use crate::kernels::grad::Differentiable;
use crate::kernels::grad::map::Mapped;
use crate::kernels::grad::moves::Same;
use crate::message::Message;
use crate::ops::Operator;
use crate::ops::backward::LearnContext;
use crate::ops::lowering::Operand;
use crate::tensor::Tensor;
use std::collections::BTreeMap;

impl Tape {
    /// Errors: [`Error::UnsupportedOperators`] and [`Error::BadModel`] as for running, [`Error::BadModel`] naming a node that
    /// gradients can't pass, and [`Error::TooLarge`] where there is no memory for its numbers.
    pub fn new(graph: &Graph, options: &Options, normalization: Normalization) -> Result<Self> {
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
            tape.take_in(&settled, work.node, &*work.operator, normalization)?;
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
        normalization: Normalization,
    ) -> Result<()> {
        let graph = settled.graph;
        let node = &graph.nodes[index];
        let label = graph.node_label(node);
        let fail = |reason: Message| {
            Error::BadModel(message!(
                "error-node",
                node = label,
                operator = node.op_type,
                reason = reason
            ))
        };
        let mut touched = node.inputs.iter().chain(&node.outputs).flatten();
        if touched.any(|&value| settled.is_open(value)) {
            return Err(fail(message!("reason-node-data-dependent")));
        }
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
            if constant.is_none() && !form.dtype.is_float() {
                return Err(fail(message!("reason-node-reads-no-floats")));
            }
            let numbers = constant.and_then(|tensor| tensor.floats());
            // A single number beside an elementwise operator is part of a formula, not a weight.
            let many = form.shape.iter().product::<usize>() > 1;
            let learned = numbers.is_some() && many && operator.learned().contains(&i);
            if let (Some(numbers), true) = (&numbers, self.values[at].is_empty()) {
                self.values[at] = copy(numbers)?;
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
                return Err(fail(message!("reason-node-computes-no-floats")));
            }
            lengths.push(length);
            outputs.push(form.as_ref().map(|(value, _)| value.0 as usize));
            shapes.push(form.map_or_else(Vec::new, |(_, form)| form.shape));
        }
        let context = LearnContext {
            inputs: &operands,
            outputs: &shapes,
            of_batch: normalization == Normalization::OfBatch,
        };
        // A step may keep a number for each that it reads or makes, such as where the largest of a window was, and can't tell
        // any more that there is no memory for them.
        let read = context.inputs.iter().flatten().map(|i| &i.shape);
        let touched = read.chain(&shapes).map(|shape| shape.iter().product());
        drop(room(touched.max().unwrap_or(0))?);
        let step = differentiable(operator, &context).map_err(fail)?;
        let step = step.ok_or_else(|| fail(message!("reason-node-no-gradient")))?;
        let linear = operator.linear(&context).map_err(fail)?;
        let needed = inputs.iter().flatten().any(|&at| self.needs[at]);
        outputs
            .iter()
            .flatten()
            .for_each(|&at| self.needs[at] = needed);
        let stored = |i: usize| node.input(i).map(|value| value.0 as usize);
        let statistics = operator.stored_statistics().and_then(|inputs| {
            let (mean, variance) = (stored(inputs.mean)?, stored(inputs.variance)?);
            Some((mean, variance, inputs.momentum))
        });
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
}

/// The step of an operator: its own, or what follows from what else it says of itself.
fn differentiable(
    operator: &dyn Operator,
    context: &LearnContext<'_>,
) -> std::result::Result<Option<Box<dyn Differentiable>>, Message> {
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
