//! From a settled model to steps: kernels chosen and packed, tensors placed in the arena.

use super::arena::{self, Tenant};
use super::fuse::{self, Group};
use super::settle::{Form, Settled};
use crate::error::{Error, Result};
use crate::graph::ValueId;
use crate::kernels::Kernel;
use crate::kernels::elementwise::{ChannelAffine, Map};
use crate::message::Message;
use crate::ops::Operator;
use crate::ops::lowering::{Epilogue, KernelContext, Operand};
use crate::tensor::{DType, Tensor};
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

/// Where a value is found while a plan runs.
#[derive(Debug, Clone)]
pub enum Home {
    Constant(Arc<Tensor>),
    /// Floats of at most single precision, all as `f32` in the arena.
    Arena(Range<usize>),
    /// Anything else, as a tensor of its own.
    Slot(usize),
}

/// A value, where it is and what it looks like.
#[derive(Debug, Clone)]
pub struct Located {
    pub home: Home,
    /// `None` where only the run tells: such a value is in a slot.
    pub form: Option<Form>,
}

pub enum Action {
    /// Reads the arena and writes it.
    Kernel(Box<dyn Kernel>),
    /// Builds tensors and asks the operator.
    Evaluate(Box<dyn Operator>),
}

pub struct Step {
    /// The node's name, for messages.
    pub label: String,
    pub action: Action,
    /// For a kernel what it reads at run time; for an operator every input in ONNX order.
    pub inputs: Vec<Option<Located>>,
    pub outputs: Vec<Option<Located>>,
}

/// Everything that a run needs.
pub struct Plan {
    pub steps: Vec<Step>,
    /// With the names that the model gives them, in its order.
    pub inputs: Vec<(String, Located)>,
    pub outputs: Vec<Located>,
    /// Values that can be read after a run, by name.
    pub readable: BTreeMap<String, Located>,
    /// Lengths of the arena and of the kernels' working memory, in numbers.
    pub arena_len: usize,
    pub scratch_len: usize,
    pub slots: usize,
}

/// A step whose tensors have no place yet.
struct Draft {
    label: String,
    action: Option<Action>,
    inputs: Vec<Option<ValueId>>,
    outputs: Vec<Option<ValueId>>,
}

impl Plan {
    /// Plans a graph of which all shapes are settled: kernels in order, and a place in the arena for each value. `fuse`: activations,
    /// shortcuts and normalizations become part of the layer before them. Errors: a node that can't be computed with these shapes.
    pub fn new(mut settled: Settled<'_>, fuse: bool) -> Result<Self> {
        let groups = fuse::groups(&settled, fuse);
        let mut drafts = Vec::with_capacity(groups.len());
        let mut readers = Readers::new(&settled);
        for group in &groups {
            let steps = draft(&settled, group)?;
            readers.release(&mut settled, group, &steps);
            drafts.extend(steps);
        }
        let homes = Homes::new(&settled, &drafts)?;
        let scratch = |draft: &Draft| match &draft.action {
            Some(Action::Kernel(kernel)) => kernel.scratch_len(),
            _ => 0,
        };
        let named = |&value: &ValueId| {
            let located = homes.locate(&settled, value)?;
            Some((settled.graph.value(value).name.clone(), located))
        };
        let lost = || Error::BadModel(message!("error-output-without-node"));
        Ok(Plan {
            scratch_len: drafts.iter().map(scratch).max().unwrap_or(0),
            inputs: settled.graph.inputs.iter().filter_map(named).collect(),
            outputs: settled
                .graph
                .outputs
                .iter()
                .map(|&value| homes.locate(&settled, value).ok_or_else(lost))
                .collect::<Result<_>>()?,
            readable: settled.wanted.iter().filter_map(named).collect(),
            arena_len: homes.arena_len,
            slots: homes.slots,
            steps: drafts
                .into_iter()
                .filter_map(|draft| homes.settle_in(&settled, draft))
                .collect(),
        })
    }
}

/// How many works have still to read each value.
struct Readers(Vec<usize>);

impl Readers {
    fn new(settled: &Settled<'_>) -> Self {
        let mut left = vec![0; settled.graph.values.len()];
        for work in &settled.works {
            for value in settled.node(work).inputs.iter().flatten() {
                left[value.0 as usize] += 1;
            }
        }
        // What is wanted is read after the last one.
        for value in &settled.wanted {
            left[value.0 as usize] += 1;
        }
        Readers(left)
    }

    /// Lets go of the constants that nothing is going to read after this group: kernels have made their own copies of them.
    fn release(&mut self, settled: &mut Settled<'_>, group: &Group, steps: &[Draft]) {
        let is_kernel = |step: &Draft| matches!(step.action, Some(Action::Kernel(_)));
        if !steps.iter().all(is_kernel) {
            return;
        }
        for &at in &group.works {
            let node = settled.node(&settled.works[at]);
            for &value in node.inputs.iter().flatten() {
                let left = &mut self.0[value.0 as usize];
                *left -= 1;
                if *left == 0 {
                    settled.forget(value);
                }
            }
        }
    }
}

/// Whether values of this form live in the arena.
fn in_arena(form: &Form) -> bool {
    matches!(form.dtype, DType::F32 | DType::F16 | DType::BF16)
}

/// The steps of a group: one where a kernel does it all, else one for each work.
fn draft(settled: &Settled<'_>, group: &Group) -> Result<Vec<Draft>> {
    if group.works.len() > 1
        && let Some(kernel) = kernel(settled, group.works[0], &group.epilogue)?
    {
        let first = settled.node(&settled.works[group.works[0]]);
        let last = group.works.last().unwrap_or(&group.works[0]);
        let mut inputs = first.inputs.clone();
        inputs.push(group.residual);
        return Ok(vec![Draft {
            label: settled.graph.node_label(first),
            action: Some(Action::Kernel(kernel)),
            inputs: run_time(settled, &inputs),
            outputs: settled.node(&settled.works[*last]).outputs.clone(),
        }]);
    }
    group.works.iter().map(|&at| single(settled, at)).collect()
}

/// The step of one work on its own.
fn single(settled: &Settled<'_>, at: usize) -> Result<Draft> {
    let node = settled.node(&settled.works[at]);
    let mut draft = Draft {
        label: settled.graph.node_label(node),
        action: None,
        inputs: node.inputs.clone(),
        outputs: node.outputs.clone(),
    };
    if is_alias(settled, at) {
        return Ok(draft);
    }
    draft.action = Some(match kernel(settled, at, &Epilogue::default())? {
        Some(kernel) => {
            draft.inputs = run_time(settled, &draft.inputs);
            Action::Kernel(kernel)
        }
        None => {
            // A fresh copy of the operator: the settled one may still be asked for its kernel.
            let opset = settled.graph.opsets.get(&node.domain).copied().unwrap_or(0);
            match crate::ops::operator(node, opset) {
                Ok(Some(operator)) => Action::Evaluate(operator),
                Ok(None) => return Err(complaint(&draft.label, message!("reason-node-unknown"))),
                Err(reason) => return Err(complaint(&draft.label, reason)),
            }
        }
    });
    Ok(draft)
}

fn complaint(label: &str, reason: Message) -> Error {
    Error::BadModel(message!("error-node-only", node = label, reason = reason))
}

/// Whether a work only gives its input another shape, so that both can share a place.
fn is_alias(settled: &Settled<'_>, at: usize) -> bool {
    let work = &settled.works[at];
    let node = settled.node(work);
    let (Some(from), Some(to)) = (node.input(0), node.output(0)) else {
        return false;
    };
    let (Some(before), Some(after)) = (settled.form(from), settled.form(to)) else {
        return false;
    };
    let same = before.shape.iter().product::<usize>() == after.shape.iter().product::<usize>();
    work.operator.is_view()
        && settled.constant(from).is_none()
        && node.outputs.iter().flatten().count() == 1
        && before.dtype == after.dtype
        && in_arena(&before)
        && same
}

/// The kernel of a work, where it has one and all that it touches lives in the arena.
fn kernel(
    settled: &Settled<'_>,
    at: usize,
    epilogue: &Epilogue,
) -> Result<Option<Box<dyn Kernel>>> {
    let work = &settled.works[at];
    let node = settled.node(work);
    let mut inputs = Vec::with_capacity(node.inputs.len());
    for &input in &node.inputs {
        let Some(value) = input else {
            inputs.push(None);
            continue;
        };
        let Some(form) = settled.form(value) else {
            return Ok(None);
        };
        let constant = settled.constant(value).cloned();
        if constant.is_none() && !in_arena(&form) {
            return Ok(None);
        }
        inputs.push(Some(Operand {
            shape: form.shape,
            constant,
        }));
    }
    let mut outputs = Vec::with_capacity(node.outputs.len());
    for &output in &node.outputs {
        let form = output.and_then(|value| settled.form(value));
        match form {
            Some(form) if in_arena(&form) => outputs.push(form.shape),
            _ => return Ok(None),
        }
    }
    let context = KernelContext {
        inputs: &inputs,
        outputs: &outputs,
        epilogue,
    };
    let label = settled.graph.node_label(node);
    has_room_to_pack(&label, &inputs)?;
    let complain = |reason: Message| complaint(&label, reason);
    if let Some(kernel) = work.operator.kernel(&context).map_err(complain)? {
        return Ok(Some(kernel));
    }
    // What only maps or scales its first input needs no kernel of its own.
    if !settled.varies_first_only(node) {
        return Ok(None);
    }
    let constants = settled.constants(node);
    if let Some(activation) = work.operator.activation(&constants) {
        return Ok(Some(Box::new(Map(activation))));
    }
    Ok(work.operator.affine(&constants).map(|(scale, shift)| {
        let plane = inputs[0]
            .iter()
            .flat_map(|operand| &operand.shape[2..])
            .product();
        let kernel = ChannelAffine {
            scale,
            shift,
            plane,
        };
        Box::new(kernel) as Box<dyn Kernel>
    }))
}

/// Whether there is memory for what a kernel makes of its constants, which can't tell any more while it packs them: a copy of
/// their numbers, and these packed.
fn has_room_to_pack(label: &str, inputs: &[Option<Operand>]) -> Result<()> {
    let constants = inputs.iter().flatten().filter_map(|i| i.constant.as_ref());
    let numbers: usize = constants.map(|tensor| tensor.len()).sum();
    let mut both: Vec<[f32; 2]> = Vec::new();
    both.try_reserve_exact(numbers).map_err(|_| {
        Error::TooLarge(message!(
            "error-weights-too-large",
            node = label,
            megabytes = numbers.div_ceil(1 << 17)
        ))
    })
}

/// What a kernel reads when it runs: everything present that is not constant.
fn run_time(settled: &Settled<'_>, inputs: &[Option<ValueId>]) -> Vec<Option<ValueId>> {
    let varies = |value: &ValueId| settled.constant(*value).is_none();
    inputs
        .iter()
        .flatten()
        .copied()
        .filter(varies)
        .map(Some)
        .collect()
}

/// Where every value lives.
struct Homes {
    /// The value whose place each value shares: itself, unless it is a view.
    root: Vec<usize>,
    ranges: Vec<Option<Range<usize>>>,
    slot: Vec<Option<usize>>,
    arena_len: usize,
    slots: usize,
}

impl Homes {
    fn new(settled: &Settled<'_>, drafts: &[Draft]) -> Result<Self> {
        let count = settled.graph.values.len();
        let mut root: Vec<usize> = (0..count).collect();
        // The life of each root: the first and the last step.
        let mut life: Vec<Option<(usize, usize)>> = vec![None; count];
        let mut touch = |value: usize, step: usize| {
            let (first, _) = life[value].unwrap_or((step, step));
            life[value] = Some((first, step));
        };
        for input in &settled.graph.inputs {
            touch(input.0 as usize, 0);
        }
        for (at, draft) in drafts.iter().enumerate() {
            if draft.action.is_none()
                && let [Some(from), ..] = draft.inputs[..]
                && let [Some(to), ..] = draft.outputs[..]
            {
                root[to.0 as usize] = root[from.0 as usize];
            }
            for value in draft.inputs.iter().chain(&draft.outputs).flatten() {
                touch(root[value.0 as usize], at + 1);
            }
        }
        for value in &settled.wanted {
            touch(root[value.0 as usize], drafts.len() + 1);
        }
        let mut tenants = Vec::new();
        let mut owners = Vec::new();
        let mut slot = vec![None; count];
        let mut slots = 0;
        for (at, life) in life.iter().enumerate() {
            let value = ValueId(at as u32);
            let Some(&(first, last)) = life.as_ref() else {
                continue;
            };
            let form = settled.form(value);
            if settled.constant(value).is_some() || form.is_none() && !settled.is_open(value) {
                continue;
            }
            if let Some(form) = form.filter(in_arena) {
                let len = form.shape.iter().try_fold(1usize, |n, &d| n.checked_mul(d));
                let len = len.ok_or_else(|| too_large(&settled.graph.value(value).name))?;
                tenants.push(Tenant { len, first, last });
                owners.push(at);
            } else {
                slot[at] = Some(slots);
                slots += 1;
            }
        }
        let (places, arena_len) = arena::place(&tenants)
            .ok_or_else(|| Error::TooLarge(message!("error-model-memory")))?;
        let mut ranges = vec![None; count];
        for (owner, place) in owners.into_iter().zip(places) {
            ranges[owner] = Some(place);
        }
        Ok(Homes {
            root,
            ranges,
            slot,
            arena_len,
            slots,
        })
    }

    fn locate(&self, settled: &Settled<'_>, value: ValueId) -> Option<Located> {
        let form = settled.form(value);
        let root = self.root[value.0 as usize];
        let home = match (settled.constant(value), &self.ranges[root], self.slot[root]) {
            (Some(tensor), _, _) => Home::Constant(tensor.clone()),
            (None, Some(range), _) => Home::Arena(range.clone()),
            (None, None, Some(slot)) => Home::Slot(slot),
            (None, None, None) => return None,
        };
        Some(Located { home, form })
    }

    /// The finished step; `None` for a view, which needs no work.
    fn settle_in(&self, settled: &Settled<'_>, draft: Draft) -> Option<Step> {
        let locate = |values: &[Option<ValueId>]| -> Vec<Option<Located>> {
            let located = |value: &Option<ValueId>| self.locate(settled, (*value)?);
            values.iter().map(located).collect()
        };
        Some(Step {
            action: draft.action?,
            inputs: locate(&draft.inputs),
            outputs: locate(&draft.outputs),
            label: draft.label,
        })
    }
}

fn too_large(what: &str) -> Error {
    Error::TooLarge(message!("error-value-too-large", name = what))
}
