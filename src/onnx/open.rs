//! From bytes to a model that is ready: dynamic axes bound, shapes known, constants folded.

use super::fixed_batch::open_batch;
use super::inline::resolve;
use super::read;
use crate::error::UnsupportedOperator;
use crate::graph::{Dim, Graph};
use crate::message::{Message, quoted};
use crate::ops::graph::fold::fold;
use crate::tensor::Tensor;
use crate::{Error, Result};
use bytes::Bytes;
use std::collections::BTreeMap;

/// The newest operator set whose operators are known.
const NEWEST_OPSET: i64 = 22;

/// What the caller knows about a model.
#[derive(Debug, Clone, Default)]
pub struct OpenOptions {
    /// Sizes of dynamic axes, by symbol, or by the input's name and the axis's place (`x.2`). The batch (the first axis of each input)
    /// may stay open. The model is written with the symbols, and runs at other sizes as well.
    pub dims: BTreeMap<String, usize>,
}

/// A model, and what its user should know about it.
#[derive(Debug, Clone)]
pub struct Opened {
    pub graph: Graph,
    pub warnings: Vec<Message>,
}

/// Reads a model and makes it ready: binds dynamic axes, infers shapes, folds what is constant, inlines sub-graphs whose course is
/// known, and opens a batch that is fixed at 1.
///
/// Fails as [`read()`] does, on shapes that contradict each other, with [`Error::OpenDimensions`] where a
/// dynamic axis other than the batch has no number, and with [`Error::BadInput`] where a size is given that no input has.
pub fn open(bytes: Bytes, options: &OpenOptions) -> Result<Opened> {
    let mut graph = read(bytes)?;
    refuse_others(&graph, &options.dims)?;
    ask_for_open(&graph, &options.dims)?;
    let mut warnings = newer_opset(&graph);
    match options.dims.is_empty() {
        true => fold(&mut graph)?,
        false => graph.take_sizes(&options.dims)?,
    }
    resolve(&mut graph)?;
    open_batch(&mut graph);
    warnings.extend(not_numbers(&graph));
    let unsupported = graph.unsupported();
    let groups = UnsupportedOperator::grouped(&unsupported).into_iter();
    warnings.extend(groups.map(|group| {
        message!(
            "warning-unsupported-operator",
            node = group.first.node,
            operator = group.first.operator,
            opset = group.first.opset,
            count = group.count
        )
    }));
    Ok(Opened { graph, warnings })
}

/// The names of the axes that a model's inputs leave open, the batch's among them, in the order of the inputs.
pub fn open_axes(graph: &Graph) -> Vec<String> {
    let types = graph
        .inputs
        .iter()
        .filter_map(|&id| graph.value(id).ty.as_ref());
    let mut names: Vec<String> = Vec::new();
    for dim in types.flat_map(|ty| &ty.shape) {
        if let Dim::Symbol(name) = dim
            && !names.iter().any(|known| **known == **name)
        {
            names.push(name.to_string());
        }
    }
    names
}

/// Fails where a size is given that the model does not have.
fn refuse_others(graph: &Graph, sizes: &BTreeMap<String, usize>) -> Result<()> {
    let open = open_axes(graph);
    let is_open = |name: &String| open.contains(name) || is_place(graph, name);
    match sizes.keys().find(|name| !is_open(name)) {
        None => Ok(()),
        Some(name) if open.is_empty() => {
            Err(Error::BadInput(message!("error-no-open-axes", name = name)))
        }
        Some(name) => Err(Error::BadInput(message!(
            "error-no-such-axis",
            name = name,
            names = quoted(open)
        ))),
    }
}

/// Whether this is an open axis of an input, called by the input's name and its place: `x.2`.
fn is_place(graph: &Graph, name: &str) -> bool {
    let Some((input, axis)) = name.rsplit_once('.') else {
        return false;
    };
    let mut inputs = graph.inputs.iter().map(|&id| graph.value(id));
    let shape = inputs.find(|value| value.name == input);
    let shape = shape.and_then(|value| value.ty.as_ref());
    let dim = shape.and_then(|ty| ty.shape.get(axis.parse::<usize>().ok()?));
    dim.is_some_and(|dim| dim.known().is_none())
}

/// Fails where an input has a dynamic axis other than the batch that no size is given for, and says which.
fn ask_for_open(graph: &Graph, sizes: &BTreeMap<String, usize>) -> Result<()> {
    let mut batch = Vec::new();
    let mut open: Vec<String> = Vec::new();
    for &input in &graph.inputs {
        let value = graph.value(input);
        let Some(ty) = &value.ty else {
            return Err(Error::BadModel(message!(
                "error-input-without-rank",
                name = value.name
            )));
        };
        for (axis, dim) in ty.shape.iter().enumerate() {
            let Dim::Symbol(name) = dim else { continue };
            let place = format!("{}.{axis}", value.name);
            let is_given = sizes.contains_key(&**name) || sizes.contains_key(&place);
            if axis == 0 {
                batch.push(name.to_string());
            } else if !is_given && !open.contains(&name.to_string()) {
                open.push(name.to_string());
            }
        }
    }
    open.retain(|name| !batch.contains(name));
    match open.is_empty() {
        true => Ok(()),
        false => Err(Error::OpenDimensions(open)),
    }
}

fn newer_opset(graph: &Graph) -> Vec<Message> {
    let opset = graph.opset();
    if opset <= NEWEST_OPSET {
        return Vec::new();
    }
    vec![message!(
        "warning-newer-opset",
        opset = opset,
        newest = NEWEST_OPSET
    )]
}

/// A line for each stored tensor that holds NaN.
fn not_numbers(graph: &Graph) -> Vec<Message> {
    let stored = graph
        .values
        .iter()
        .filter_map(|v| Some((&v.name, v.constant.as_deref()?)));
    stored
        .filter_map(|(name, tensor)| {
            let count = match tensor {
                Tensor::F32(a) => a.iter().filter(|x| x.is_nan()).count(),
                Tensor::F64(a) => a.iter().filter(|x| x.is_nan()).count(),
                Tensor::F16(a) => a.iter().filter(|x| x.is_nan()).count(),
                _ => 0,
            };
            (count > 0).then(|| message!("warning-not-numbers", name = name, count = count))
        })
        .collect()
}
