//! Which inner values of a pruned model and its original belong together, so that the one can learn what the other has there.

use crate::error::{Error, Result};
use crate::graph::{Graph, ValueId};
use crate::ops::coupling::Axis;
use crate::prune::groups::{Element, analyse};
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

/// The pairs of these names.
///
/// Errors: those of [`pairs`] for a value that is named itself. Where the pruned model is no cut of this original that can be
/// followed, [`STAGES`] stands for nothing.
pub fn named(pruned: &Graph, original: &Graph, names: &[String]) -> Result<Vec<Pair>> {
    let (stage, named): (Vec<&String>, Vec<&String>) = names.iter().partition(|n| *n == STAGES);
    let named: Vec<String> = named.into_iter().cloned().collect();
    let mut all = match named.is_empty() {
        true => Vec::new(),
        false => pairs(pruned, original, &named)?,
    };
    if !stage.is_empty() {
        all.extend(pairs(pruned, original, &stages(original)).unwrap_or_default());
    }
    Ok(all)
}

/// Pairs the values of these names. Cuts leave names as they are, and the pruned file tells which channels it still has.
///
/// Errors: [`Error::BadInput`] where one of the models computes no value of a name, or the original is not the one that the
/// pruned model was cut from.
pub fn pairs(pruned: &Graph, original: &Graph, names: &[String]) -> Result<Vec<Pair>> {
    let gone = gone(pruned, original)?;
    let pair = |name: &String| {
        let student = computed(pruned, name, "pruned model")?;
        let teacher = computed(original, name, "original")?;
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
        if expected != lengths(pruned, student) {
            return Err(Error::BadInput(format!(
                "“{name}” of the pruned model is not what a cut of this original leaves of it: give a file that Secateur \
                 cut, and the model that it was cut from"
            )));
        }
        Ok(Pair {
            student,
            teacher,
            left,
        })
    };
    names.iter().map(pair).collect()
}

/// What the original has and the pruned model has not. Layers and normalisations are on record, and with a channel of
/// theirs goes everything that hangs together with it.
fn gone(pruned: &Graph, original: &Graph) -> Result<BTreeMap<Axis, BTreeSet<usize>>> {
    let (lineage, ancestor) = (Lineage::read(pruned)?, Lineage::read(original)?);
    let groups = analyse(original)?;
    let layers = groups.layers.iter().map(|(_, weights)| weights.out);
    let norms = original
        .nodes
        .iter()
        .filter(|node| node.op_type == "BatchNormalization")
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
    let mut gone: BTreeMap<Axis, BTreeSet<usize>> = BTreeMap::new();
    for element in removed.flat_map(|unit| &unit.elements) {
        gone.entry(element.axis).or_default().insert(element.index);
    }
    Ok(gone)
}

/// The value of this name that a node makes.
fn computed(graph: &Graph, name: &str, whose: &str) -> Result<ValueId> {
    let mut made = graph.nodes.iter().flat_map(|node| &node.outputs).flatten();
    let found = made.find(|&&id| graph.value(id).name == name);
    found.copied().ok_or_else(|| {
        Error::BadInput(format!(
            "the {whose} computes no “{name}” that could be matched: name the output of one of its nodes"
        ))
    })
}

/// By axis; `None` where a length is not known before the model runs.
fn lengths(graph: &Graph, value: ValueId) -> Vec<Option<usize>> {
    let shape = graph.value(value).ty.iter().flat_map(|ty| &ty.shape);
    shape.map(|dim| dim.known()).collect()
}
