//! Which inner values of a pruned model and its original belong together, so that the one can learn what the other has there.

use crate::error::{Error, Result};
use crate::graph::{Graph, ValueId};
use crate::message::{Message, quoted};
use crate::ops::coupling::Axis;
use crate::prune::groups::{Element, analyze};
use crate::prune::lineage::Lineage;
use crate::tensor::Tensor;
use std::collections::{BTreeMap, BTreeSet};

/// A value of the pruned model and the original's value of the same name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pair {
    pub student: ValueId,
    pub teacher: ValueId,
    /// Each axis along which the pruned model has lost channels, with those of the original's that are left, in order.
    pub left: Vec<(usize, Vec<usize>)>,
}

impl Pair {
    /// What the pruned model should have there, where the original has `teacher`; `None` where that is not of floats.
    pub fn wanted(&self, teacher: &Tensor) -> Option<Vec<f32>> {
        let mut left = self.left.iter();
        let Some((axis, channels)) = left.next() else {
            return teacher.floats().map(|numbers| numbers.into_owned());
        };
        let mut tensor = teacher.select(*axis, channels)?;
        for (axis, channels) in left {
            tensor = tensor.select(*axis, channels)?;
        }
        tensor.floats().map(|numbers| numbers.into_owned())
    }
}

/// Where matching does well: the last value that each resolution of a network of images has, from the finest on. Values
/// of a single place are left out, since a pooled one is nearly the output.
pub fn stages(graph: &Graph) -> Vec<String> {
    let mut last: Vec<((usize, usize), ValueId)> = Vec::new();
    for output in graph.nodes.iter().filter_map(|node| node.output(0)) {
        let &[_, _, Some(height), Some(width)] = &lengths(graph, output)[..] else {
            continue;
        };
        if height * width < 2 || graph.outputs.contains(&output) {
            continue;
        }
        last.retain(|(size, _)| *size != (height, width));
        last.push(((height, width), output));
    }
    last.sort_by_key(|((height, width), _)| std::cmp::Reverse(height * width));
    let names = last.into_iter();
    names.map(|(_, id)| graph.value(id).name.clone()).collect()
}

/// What stands for the values that [`stages`] finds, as far as the two models can be paired.
pub const STAGES: &str = "stages";

/// Stages of the original that nothing of the pruned model is taught by.
#[derive(Debug, Clone, PartialEq)]
pub struct UnmatchedFeatures {
    /// How many stages the original has.
    pub of: usize,
    /// Which of them are left out, by name, and why.
    pub stages: Vec<(String, Message)>,
}

impl UnmatchedFeatures {
    /// What to tell a person: which stages are left out, those for the same reason together.
    pub fn message(&self) -> Message {
        let alike = self.stages.chunk_by(|a, b| a.1 == b.1);
        let reasons: Vec<Message> = alike
            .map(|alike| {
                let names = quoted(alike.iter().map(|(name, _)| name));
                message!(
                    "note-features-unmatched-reason",
                    names = names,
                    reason = alike[0].1.clone()
                )
            })
            .collect();
        message!(
            "note-features-unmatched",
            count = self.stages.len(),
            stages = self.of,
            reasons = reasons,
            matched = self.of - self.stages.len(),
        )
    }
}

/// The pairs of these names, and what of [`STAGES`] could not be paired, if there is such.
///
/// Errors: those of [`pairs`] for a value that is named itself.
pub fn named(
    pruned: &Graph,
    original: &Graph,
    names: &[String],
) -> Result<(Vec<Pair>, Option<UnmatchedFeatures>)> {
    let (stage, named): (Vec<&String>, Vec<&String>) = names.iter().partition(|n| *n == STAGES);
    let named: Vec<String> = named.into_iter().cloned().collect();
    let mut all = match named.is_empty() {
        true => Vec::new(),
        false => pairs(pruned, original, &named)?,
    };
    if stage.is_empty() {
        return Ok((all, None));
    }
    let names = stages(original);
    let mut unmatched = UnmatchedFeatures {
        of: names.len(),
        stages: Vec::new(),
    };
    let gone = gone(pruned, original);
    for name in names {
        let found = match &gone {
            Ok(gone) => pair(pruned, original, gone, &name).map_err(|gap| gap.why()),
            Err(error) => Err(error.message()),
        };
        match found {
            Ok(pair) => all.push(pair),
            Err(why) => unmatched.stages.push((name, why)),
        }
    }
    let left_out = !unmatched.stages.is_empty();
    Ok((all, left_out.then_some(unmatched)))
}

/// Pairs the values of these names. Cuts leave names as they are, and the pruned file tells which channels it still has.
///
/// Errors: [`Error::BadInput`] where one of the models computes no value of a name, or the original is not the one that the
/// pruned model was cut from.
pub fn pairs(pruned: &Graph, original: &Graph, names: &[String]) -> Result<Vec<Pair>> {
    let gone = gone(pruned, original)?;
    let named = |name: &String| {
        let found = pair(pruned, original, &gone, name);
        found.map_err(|gap| Error::BadInput(gap.of(name)))
    };
    names.iter().map(named).collect()
}

/// Why there is no pair of a name.
enum Gap {
    /// Nothing of that name is computed by this model.
    Missing(Model),
    /// The pruned model has another shape there.
    Unlike,
}

#[derive(Clone, Copy)]
enum Model {
    Original,
    Pruned,
}

impl Gap {
    fn why(&self) -> Message {
        match self {
            Gap::Missing(Model::Original) => message!("reason-feature-not-in-original"),
            Gap::Missing(Model::Pruned) => message!("reason-feature-not-in-pruned"),
            Gap::Unlike => message!("reason-feature-unlike-original"),
        }
    }

    /// The same of a value that somebody named.
    fn of(&self, name: &str) -> Message {
        match self {
            Gap::Missing(Model::Original) => message!("error-feature-not-in-original", name = name),
            Gap::Missing(Model::Pruned) => message!("error-feature-not-in-pruned", name = name),
            Gap::Unlike => message!("error-feature-unlike-original", name = name),
        }
    }
}

fn pair(pruned: &Graph, original: &Graph, gone: &Gone, name: &str) -> Result<Pair, Gap> {
    let student = computed(pruned, name).ok_or(Gap::Missing(Model::Pruned))?;
    let teacher = computed(original, name).ok_or(Gap::Missing(Model::Original))?;
    let mut expected = lengths(original, teacher);
    let mut left = Vec::new();
    for (axis, length) in expected.iter_mut().enumerate() {
        let along = gone.get(&Axis::of(teacher, axis));
        if let (Some(gone), Some(length)) = (along, length.as_mut()) {
            let channels: Vec<usize> = (0..*length).filter(|i| !gone.contains(i)).collect();
            *length = channels.len();
            left.push((axis, channels));
        }
    }
    match expected == lengths(pruned, student) {
        true => Ok(Pair {
            student,
            teacher,
            left,
        }),
        false => Err(Gap::Unlike),
    }
}

/// By axis: the places that are no longer there.
type Gone = BTreeMap<Axis, BTreeSet<usize>>;

/// What the original has and the pruned model has not. Layers and normalizations are on record, and with a channel of
/// theirs goes everything that hangs together with it.
fn gone(pruned: &Graph, original: &Graph) -> Result<Gone> {
    let (lineage, ancestor) = (Lineage::read(pruned)?, Lineage::read(original)?);
    let groups = analyze(original)?;
    let layers = groups.layers.iter().map(|(_, weights)| weights.out);
    let norms = original
        .batch_norms()
        .filter_map(|node| Some(Axis::of(node.output(0)?, 1)));
    let mut lost = BTreeSet::new();
    for axis in layers.chain(norms) {
        let name = &original.value(axis.value).name;
        let length = lengths(original, axis.value).get(axis.axis).copied();
        if let (Some(kept), Some(Some(length))) = (lineage.within(&ancestor, name)?, length) {
            let missing = (0..length).filter(|index| kept.binary_search(index).is_err());
            lost.extend(missing.map(|index| Element { axis, index }));
        }
    }
    let units = groups.units.iter();
    let removed = units.filter(|unit| unit.elements.iter().any(|e| lost.contains(e)));
    let mut gone = Gone::new();
    for element in removed.flat_map(|unit| &unit.elements) {
        gone.entry(element.axis).or_default().insert(element.index);
    }
    Ok(gone)
}

/// The value of this name that a node makes.
fn computed(graph: &Graph, name: &str) -> Option<ValueId> {
    let mut made = graph.nodes.iter().flat_map(|node| &node.outputs).flatten();
    made.find(|&&id| graph.value(id).name == name).copied()
}

/// By axis; `None` where a length is not known before the model runs.
fn lengths(graph: &Graph, value: ValueId) -> Vec<Option<usize>> {
    let shape = graph.value(value).ty.iter().flat_map(|ty| &ty.shape);
    shape.map(|dim| dim.known()).collect()
}
