//! The shape of a tensor as numbers.

use super::Extent;
use super::attributes::Attributes;
use super::coupling::{Axis, Rule};
use super::known;
use super::{Known, Operator};
use crate::graph::{Dim, Graph, Node, Product, TensorType, ValueId};
use crate::message::Message;
use crate::tensor::DType;
use crate::tensor::Tensor;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// `Shape`, from dimension `start` up to `end`.
#[derive(Debug, Clone, PartialEq)]
pub struct Shape {
    pub start: i64,
    pub end: Option<i64>,
}

/// `Size`: the number of elements.
#[derive(Debug, Clone, PartialEq)]
pub struct Size;

impl Shape {
    pub fn parse(node: &Node, _opset: i64) -> Result<Self, Message> {
        let attributes = Attributes(node);
        Ok(Shape {
            start: attributes.int("start", 0)?,
            end: attributes.optional_int("end")?,
        })
    }

    /// The axes whose lengths are given, of a tensor with so many.
    fn axes(&self, rank: usize) -> Range<usize> {
        let rank = rank as i64;
        let clamp = |bound: i64| {
            let bound = if bound < 0 {
                bound.saturating_add(rank)
            } else {
                bound
            };
            bound.clamp(0, rank) as usize
        };
        let start = clamp(self.start);
        start..clamp(self.end.unwrap_or(rank)).max(start)
    }
}

impl Size {
    pub fn parse(_node: &Node, _opset: i64) -> Result<Self, Message> {
        Ok(Size)
    }
}

/// The sizes that the elements of a list come from, by the axes that they are the lengths of.
type Sources = Vec<BTreeSet<usize>>;

/// The axes whose lengths are used for anything but naming the shapes of other tensors. `sizes` is the list of these
/// axes' lengths.
fn computed_with(graph: &Graph, sizes: ValueId, axes: Range<usize>) -> BTreeSet<usize> {
    let own: Sources = axes.map(|axis| BTreeSet::from([axis])).collect();
    let mut flows = BTreeMap::from([(sizes, own)]);
    let mut used = BTreeSet::new();
    let all = |sources: &Sources| sources.iter().flatten().copied().collect::<BTreeSet<_>>();
    for node in &graph.nodes {
        for sources in node.captures.iter().filter_map(|v| flows.get(v)) {
            used.extend(all(sources));
        }
        let reads = |value: &Option<ValueId>| value.is_some_and(|v| flows.contains_key(&v));
        let Some(at) = node.inputs.iter().position(reads) else {
            continue;
        };
        let names_shape = match node.op_type.as_str() {
            "ConstantOfShape" => true,
            "Reshape" | "Expand" | "Slice" | "Split" | "Pad" | "Resize" | "Upsample" | "Tile" => {
                at > 0
            }
            _ => false,
        };
        if names_shape {
            continue;
        }
        let sources = passed(graph, node, &flows);
        for &out in node.outputs.iter().flatten() {
            let ty = graph.value(out).ty.as_ref();
            if ty.is_none_or(|ty| ty.dtype.is_float()) {
                used.extend(all(&sources));
            } else {
                flows.insert(out, sources.clone());
            }
        }
    }
    let returned = graph.outputs.iter().filter_map(|out| flows.get(out));
    used.extend(returned.flat_map(all));
    used
}

/// Where the elements of a node's output come from. Where that is not told element by element, every element may come from all.
fn passed(graph: &Graph, node: &Node, flows: &BTreeMap<ValueId, Sources>) -> Sources {
    let of = |i: usize| flows.get(&node.input(i)?).cloned();
    let picked = match node.op_type.as_str() {
        "Cast" | "Identity" | "Squeeze" | "Unsqueeze" | "Reshape" => of(0),
        "Gather" => of(0).and_then(|sources| {
            let places = graph.content(node.input(1)?)?.integers()?;
            let places = places.into_iter().map(|at| {
                let at = at.checked_add(if at < 0 { sources.len() as i64 } else { 0 })?;
                sources.get(usize::try_from(at).ok()?).cloned()
            });
            places.collect()
        }),
        "Concat" => {
            let parts = node
                .inputs
                .iter()
                .flatten()
                .map(|value| match flows.get(value) {
                    Some(sources) => Some(sources.clone()),
                    None => {
                        let shape = graph.value(*value).ty.as_ref()?.known_shape()?;
                        (shape.len() == 1).then(|| vec![BTreeSet::new(); shape[0]])
                    }
                });
            parts
                .collect::<Option<Vec<_>>>()
                .map(|parts| parts.concat())
        }
        _ => None,
    };
    picked.unwrap_or_else(|| {
        let read = node.inputs.iter().flatten().filter_map(|v| flows.get(v));
        vec![read.flatten().flatten().copied().collect()]
    })
}

impl Operator for Shape {
    fn infer(&self, inputs: &[Option<Known>]) -> Result<Vec<Known>, Message> {
        let x = known::needed(inputs, 0)?;
        let sizes: Vec<Extent> = x.shape()[self.axes(x.rank())]
            .iter()
            .map(Extent::from)
            .collect();
        let shape = vec![Dim::Known(sizes.len())];
        Ok(vec![Known::new(DType::I64, shape).with_sizes(Some(sizes))])
    }

    fn evaluate(&self, inputs: &[Option<&Tensor>]) -> Result<Vec<Tensor>, Message> {
        let x = Known::new(DType::F32, TensorType::of(known::tensor(inputs, 0)?).shape);
        let out = self.infer(&[Some(x)])?.swap_remove(0).settled();
        let sizes = out.constant.ok_or(message!("reason-node-too-many-sizes"))?;
        Ok(vec![(*sizes).clone()])
    }

    fn couple(&self, rule: &mut Rule<'_>) {
        let (Some(data), Some(out)) = (rule.node.input(0), rule.node.output(0)) else {
            return;
        };
        let axes = self.axes(rule.rank(data));
        for axis in computed_with(rule.graph, out, axes) {
            rule.freeze(Axis::of(data, axis), &message!("reason-frozen-length"));
        }
    }
}

impl Operator for Size {
    fn infer(&self, inputs: &[Option<Known>]) -> Result<Vec<Known>, Message> {
        let x = known::needed(inputs, 0)?;
        let count = Product::of(x.shape()).map(|count| vec![Extent::from(&count.dim())]);
        Ok(vec![Known::new(DType::I64, Vec::new()).with_sizes(count)])
    }

    fn evaluate(&self, inputs: &[Option<&Tensor>]) -> Result<Vec<Tensor>, Message> {
        let count = known::tensor(inputs, 0)?.len() as i64;
        Ok(vec![Tensor::from_i64(&[], vec![count])])
    }

    fn couple(&self, rule: &mut Rule<'_>) {
        rule.freeze_all(&message!("reason-frozen-elements"));
    }
}
