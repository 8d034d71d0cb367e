//! From bytes to a model that is ready: dynamic axes bound, shapes known, constants folded.

use super::fixed_batch::open_batch;
use super::read;
use crate::graph::{Dim, Graph};
use crate::message::Message;
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
    /// Sizes of dynamic axes, by symbol. The batch (the first axis of each input) may stay open.
    pub dims: BTreeMap<String, usize>,
}

/// A model, and what its user should know about it.
#[derive(Debug, Clone)]
pub struct Opened {
    pub graph: Graph,
    pub warnings: Vec<Message>,
}

/// Reads a model and makes it ready: binds dynamic axes, infers shapes, folds what is constant, and opens a batch that is
/// fixed at 1.
///
/// Fails as [`read()`] does, on shapes that contradict each other, and with [`Error::OpenDimensions`] where a
/// dynamic axis other than the batch has no number.
pub fn open(bytes: Bytes, options: &OpenOptions) -> Result<Opened> {
    let mut graph = read(bytes)?;
    bind(&mut graph, &options.dims);
    ask_for_open(&graph)?;
    let mut warnings = newer_opset(&graph);
    fold(&mut graph)?;
    open_batch(&mut graph);
    warnings.extend(not_numbers(&graph));
    warnings.extend(graph.unsupported().iter().map(|operator| {
        message!(
            "warning-unsupported-operator",
            node = operator.node,
            operator = operator.operator,
            opset = operator.opset
        )
    }));
    Ok(Opened { graph, warnings })
}

/// Puts numbers in place of symbols everywhere.
fn bind(graph: &mut Graph, dims: &BTreeMap<String, usize>) {
    let types = graph
        .values
        .iter_mut()
        .filter_map(|value| value.ty.as_mut());
    for dim in types.flat_map(|ty| &mut ty.shape) {
        if let Dim::Symbol(name) = dim
            && let Some(&size) = dims.get(&**name)
        {
            *dim = Dim::Known(size);
        }
    }
}

/// Fails where an input has a dynamic axis other than the batch, and says which.
fn ask_for_open(graph: &Graph) -> Result<()> {
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
            match dim {
                Dim::Symbol(name) if axis == 0 => batch.push(name.to_string()),
                Dim::Symbol(name) if !open.contains(&name.to_string()) => {
                    open.push(name.to_string())
                }
                _ => {}
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
